"""A user's day: what has been spent, and when the next one begins."""

import pytest

from bus.contract.vocabulary import SUPERVISOR
from supervisor.scheduling.day_costs import DAY_S, Cost, DayCosts, day_began_at

NOON = 20_000 * DAY_S + DAY_S / 2


def budget(limit_usd: float, *ended: Cost, now: float = NOON) -> DayCosts:
    """Of a log that has these jobs."""
    return DayCosts(limit_usd, lambda since, before: [job for job in ended if since <= job[1] < before], now)


def test_running_and_ended_jobs_count() -> None:
    spending = budget(1.0, ("ann", NOON, 0.25))
    spending.add_ended("ann", 0.25, NOON)
    assert spending.left_usd("ann", 0.125, NOON) == 0.375
    assert spending.left_usd("bob", 0.5, NOON) == 0.5
    assert spending.refuse("ann", 0.125, NOON) is None


def test_a_new_day_begins_at_midnight_utc() -> None:
    spending = budget(1.0, ("ann", NOON, 2.0))
    refused = spending.refuse("ann", 0.0, NOON + DAY_S / 2 - 60)
    assert refused is not None
    assert (refused.code, refused.error) == (
        "quota",
        "your questions have cost $2.00 today; the limit is $1.00 a day",
    )
    assert refused.hint.startswith("ask again in 0 h 1 min")
    assert spending.refuse("ann", 0.0, NOON + DAY_S / 2) is None
    assert day_began_at(NOON) == NOON - DAY_S / 2


def test_without_a_limit_and_for_the_supervisor_itself_nothing_is_too_much() -> None:
    assert budget(0.0, ("ann", NOON, 2.0)).left_usd("ann", 0.0, NOON) is None
    assert budget(1.0, (SUPERVISOR, NOON, 2.0)).left_usd(SUPERVISOR, 0.0, NOON) is None


@pytest.mark.parametrize("days", [1, 30, -1, -30])
def test_a_clock_that_jumps_to_another_day_and_back_gives_no_day_twice(days: int) -> None:
    spending = budget(1.0, ("ann", NOON, 0.75))
    there = NOON + days * DAY_S
    spending.add_ended("ann", 0.5, there)
    assert spending.left_usd("ann", 0.0, there) == 0.5
    assert spending.left_usd("ann", 0.0, NOON) == 0.25
    assert spending.left_usd("ann", 0.0, there) == 0.5


def test_what_was_spent_before_the_supervisor_began_counts_where_the_clock_goes_back_to_it() -> None:
    assert budget(1.0, ("ann", NOON - DAY_S, 0.75)).left_usd("ann", 0.0, NOON - DAY_S) == 0.25


def test_jobs_of_a_clock_that_was_ahead_lock_nobody_out_when_it_is_right_again() -> None:
    spending = budget(1.0, ("ann", NOON + 400 * DAY_S, 5.0))
    assert spending.refuse("ann", 0.0, NOON) is None
    assert spending.refuse("ann", 0.0, NOON + DAY_S) is None
    assert spending.refuse("ann", 0.0, NOON + 400 * DAY_S) is not None
