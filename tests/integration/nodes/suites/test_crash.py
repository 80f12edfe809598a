"""What a crash leaves, over a node."""

from tests.integration.supervisor.test_crash import (
    test_a_killed_fork_server_costs_its_jobs_and_nothing_else,
    test_no_worker_outlives_a_killed_supervisor,
    test_sigterm_stops_running_jobs_with_reason_shutdown,
)
