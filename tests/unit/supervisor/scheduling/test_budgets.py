"""A user's day: what has been spent, and when the next one begins."""

from types import SimpleNamespace
from typing import Any

from bus.contract.vocabulary import SUPERVISOR
from supervisor.scheduling.budgets import DAY_S, Spending, day_began_at

NOON = 20_000 * DAY_S + DAY_S / 2


def job(user: str, cost_usd: float, *, ended: bool = False) -> Any:
    usage = SimpleNamespace(cost_usd=cost_usd)
    return SimpleNamespace(user=user, job=SimpleNamespace(usage=usage, ended=ended))


def test_running_and_ended_jobs_count() -> None:
    spending = Spending(1.0, {"ann": 0.25}, NOON)
    spending.end(job("ann", 0.25, ended=True), NOON)
    running = [job("ann", 0.125), job("ann", 9.0, ended=True), job("bob", 0.5)]
    assert spending.left_usd("ann", running, NOON) == 0.375
    assert spending.left_usd("bob", running, NOON) == 0.5
    assert spending.refuse("ann", running, NOON) is None


def test_a_new_day_begins_at_midnight_utc() -> None:
    spending = Spending(1.0, {"ann": 2.0}, NOON)
    refused = spending.refuse("ann", [], NOON + DAY_S / 2 - 60)
    assert refused is not None
    assert (refused.code, refused.error) == (
        "quota",
        "your questions have cost $2.00 today; the limit is $1.00 a day",
    )
    assert refused.hint.startswith("ask again in 0 h 1 min")
    assert spending.refuse("ann", [], NOON + DAY_S / 2) is None
    assert day_began_at(NOON) == NOON - DAY_S / 2


def test_without_a_limit_and_for_the_supervisor_itself_nothing_is_too_much() -> None:
    assert Spending(0.0, {"ann": 2.0}, NOON).left_usd("ann", [], NOON) is None
    assert Spending(1.0, {SUPERVISOR: 2.0}, NOON).left_usd(SUPERVISOR, [], NOON) is None
