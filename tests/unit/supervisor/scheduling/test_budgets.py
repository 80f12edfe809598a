"""A user's day: what has been spent, and when the next one begins."""

from bus.contract.vocabulary import SUPERVISOR
from supervisor.scheduling.budgets import DAY_S, DailyBudget, day_began_at

NOON = 20_000 * DAY_S + DAY_S / 2


def test_running_and_ended_jobs_count() -> None:
    spending = DailyBudget(1.0, {"ann": 0.25}, NOON)
    spending.add_ended("ann", 0.25, NOON)
    assert spending.left_usd("ann", 0.125, NOON) == 0.375
    assert spending.left_usd("bob", 0.5, NOON) == 0.5
    assert spending.refuse("ann", 0.125, NOON) is None


def test_a_new_day_begins_at_midnight_utc() -> None:
    spending = DailyBudget(1.0, {"ann": 2.0}, NOON)
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
    assert DailyBudget(0.0, {"ann": 2.0}, NOON).left_usd("ann", 0.0, NOON) is None
    assert DailyBudget(1.0, {SUPERVISOR: 2.0}, NOON).left_usd(SUPERVISOR, 0.0, NOON) is None
