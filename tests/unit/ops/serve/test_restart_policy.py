"""When a program that died is started again."""

from ops.serve.restart_policy import MAX_QUICK_DEATHS, QUICK_S, Restarts


def test_quick_deaths_wait_longer_and_longer_and_are_given_up() -> None:
    restarts = Restarts()
    delays = [restarts.died(started_at=0.0, now=1.0) for _ in range(MAX_QUICK_DEATHS)]
    assert delays == [0.2, 0.4, 0.8, 1.6, None]


def test_a_program_that_has_lived_begins_again_at_the_shortest_wait() -> None:
    restarts = Restarts()
    for _ in range(MAX_QUICK_DEATHS - 1):
        restarts.died(started_at=0.0, now=1.0)
    assert restarts.died(started_at=0.0, now=QUICK_S) == 0.2
    assert restarts.quick_deaths == 1
