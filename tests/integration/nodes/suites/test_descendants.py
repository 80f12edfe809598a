"""What a job leaves behind, over a node."""

from tests.integration.stopping.test_descendants import (
    SETTINGS,
    pytestmark,
    test_a_neighbour_keeps_its_children,
    test_after_a_stop,
    test_after_success,
    test_after_the_worker_was_killed_from_outside,
    test_while_a_bomb_is_going_off,
)
