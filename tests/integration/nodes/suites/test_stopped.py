"""Limits, last words and forged events, and who asked for the end: over a node, in one supervisor for each rung."""

from tests.integration.security.hostile_input.test_forged_events import SETTINGS as FORGING
from tests.integration.security.hostile_input.test_forged_events import (
    test_a_result_that_nobody_can_be_shown_ends_the_job_as_failed,
    test_a_use_that_cannot_be_ends_the_job_and_is_not_counted,
    test_an_event_of_the_supervisor_that_an_agent_yields_fails_the_job,
    test_what_no_worker_may_send_is_neither_logged_nor_shown,
)
from tests.integration.stopping.test_reasons import SETTINGS as TIGHT
from tests.integration.stopping.test_reasons import (
    pytestmark,
    supervisor,
    test_a_person,
    test_an_agents_own_memory_limit_takes_the_place_of_the_general_one,
    test_deadline,
    test_heartbeat,
    test_memory_of_descendants_counts,
    test_memory_of_one_leaves_its_neighbours_alone,
    test_output,
    test_scratch,
    test_the_last_follower_is_killed,
    test_want_of_memory_in_a_library,
)
from tests.integration.stopping.test_record import (
    test_a_death_in_words,
    test_a_stopped_worker_in_words,
    test_each_rung_with_its_time,
    test_last_words_are_not_read_through_what_the_worker_planted,
    test_peak_memory_of_the_worker_and_its_children,
    test_the_stack_of_a_stuck_worker,
    test_the_traceback_of_an_agent_that_raised,
)

SETTINGS = {**TIGHT, **FORGING}
