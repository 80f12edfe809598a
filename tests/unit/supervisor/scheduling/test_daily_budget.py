"""What is reserved of a user's day, and when it is used up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.contract.events import Usage
from bus.contract.settings import AgentSettings, LimitSettings, LlmSettings, Settings
from bus.contract.vocabulary import Reason
from supervisor.scheduling.daily_budget import OVERSPENT_FOR_S, DailyBudget
from supervisor.scheduling.limits import Exceeded
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def daily_budget_of(
    store: Store, *, max_cost_usd: float = 0.25, base_url: str = "http://model", **limits: Any
) -> DailyBudget:
    """A day of a dollar; without a server nothing is reserved."""
    agent = AgentSettings(max_cost_usd=max_cost_usd, max_cost_usd_per_user_day=1.0)
    llm = LlmSettings(base_url=base_url, api_key_env="NO_SUCH_KEY")
    return DailyBudget(Settings(limits=LimitSettings(**limits), agent=agent, llm=llm), store.queries)


def test_what_a_job_may_cost_is_reserved_until_it_ends(store: Store) -> None:
    daily_budget, jobs = daily_budget_of(store, max_cost_usd=0.4), [new_entry(f"a{number}") for number in range(3)]
    for entry in jobs[:2]:
        assert daily_budget.may_start("ann")
        daily_budget.start(entry)
    assert [entry.reservation.usd for entry in jobs[:2]] == [0.4, 0.4]
    assert not daily_budget.may_start("ann"), "the 20 cents that are free are less than a job may cost"
    assert daily_budget.may_start("bob")
    jobs[0].job.usage = Usage(cost_usd=0.1)
    daily_budget.job_ended(jobs[0])
    assert daily_budget.may_start("ann")
    daily_budget.start(jobs[2])
    assert jobs[2].reservation.usd == 0.4


def test_the_last_of_a_day_is_for_one_job_alone(store: Store) -> None:
    daily_budget, one, two = daily_budget_of(store, max_cost_usd=5.0), new_entry("a1"), new_entry("a2")
    daily_budget.start(one)
    assert one.reservation.usd == 1.0
    assert not daily_budget.may_start("ann")
    one.job.usage = Usage(cost_usd=0.75)
    daily_budget.job_ended(one)
    assert daily_budget.may_start("ann")
    daily_budget.start(two)
    assert two.reservation.usd == 0.25


def test_without_a_budget_of_a_job_each_place_has_its_part_of_the_day(store: Store) -> None:
    daily_budget, entry = daily_budget_of(store, max_cost_usd=0.0, max_running_per_user=4), new_entry()
    daily_budget.start(entry)
    assert entry.reservation.usd == 0.25


def test_where_nothing_costs_anything_nobody_waits(store: Store) -> None:
    daily_budget = daily_budget_of(store, max_cost_usd=0.0, base_url="")
    for number in range(100):
        assert daily_budget.may_start("ann")
        daily_budget.start(new_entry(f"a{number}"))


def test_jobs_that_cost_although_no_model_has_a_price_are_held_to_the_day_together(store: Store) -> None:
    daily_budget, one, two = daily_budget_of(store, base_url=""), new_entry("a1"), new_entry("a2")
    for entry in (one, two):
        daily_budget.start(entry)
    one.job.usage = two.job.usage = Usage(cost_usd=0.625)
    words = "Your questions have cost $1.25 today; the limit is $1.00 a day."
    assert daily_budget.over_budget(one, 0.0) == Exceeded(Reason.BUDGET, words)
    refused = daily_budget.refuse("ann")
    assert refused is not None
    assert refused.code == "quota"
    assert daily_budget.refuse("bob") is None


def test_who_is_short_of_budget_is_said_of_all_whose_jobs_run(store: Store) -> None:
    daily_budget = daily_budget_of(store)
    for number in range(100):
        if not daily_budget.may_start("ann"):
            break
        daily_budget.start(new_entry(f"a{number}"))
    daily_budget.start(new_entry("b0", "bob"))
    assert daily_budget.short_of_budget() == {"ann"}


def test_a_worker_has_a_moment_to_end_by_itself_at_its_budget(store: Store) -> None:
    daily_budget, entry = daily_budget_of(store), new_entry()
    daily_budget.start(entry)
    entry.job.usage = Usage(cost_usd=0.375)
    assert daily_budget.over_budget(entry, 100.0) is None
    assert daily_budget.over_budget(entry, 100.0 + OVERSPENT_FOR_S - 0.1) is None
    exceeded = daily_budget.over_budget(entry, 100.0 + OVERSPENT_FOR_S)
    assert exceeded is not None
    assert exceeded.words.startswith("The question has cost $0.38; $0.25 of your day were reserved for it")
    entry.job.usage = Usage(cost_usd=0.25)
    assert daily_budget.over_budget(entry, 200.0) is None
    entry.job.usage = Usage(cost_usd=0.26)
    assert daily_budget.over_budget(entry, 200.5) is None, "the moment begins anew"
