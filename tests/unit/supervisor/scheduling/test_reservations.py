"""What is reserved of a user's day, and when it is used up."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.contract.events import Usage
from bus.contract.settings import AgentSettings, LimitSettings, LlmSettings, Settings
from bus.contract.vocabulary import Reason
from supervisor.scheduling.limits import Exceeded
from supervisor.scheduling.reservations import OVERSPENT_FOR_S, Reservations
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def reservations_of(
    store: Store, *, max_cost_usd: float = 0.25, base_url: str = "http://model", **limits: Any
) -> Reservations:
    """A day of a dollar; without a server nothing is reserved."""
    agent = AgentSettings(max_cost_usd=max_cost_usd, max_cost_usd_per_user_day=1.0)
    llm = LlmSettings(base_url=base_url, api_key_env="NO_SUCH_KEY")
    return Reservations(Settings(limits=LimitSettings(**limits), agent=agent, llm=llm), store.queries)


def test_what_a_job_may_cost_is_reserved_until_it_ends(store: Store) -> None:
    reservations, jobs = reservations_of(store, max_cost_usd=0.4), [new_entry(f"a{number}") for number in range(3)]
    for entry in jobs[:2]:
        assert reservations.may_start("ann")
        reservations.start(entry)
    assert [entry.reservation.usd for entry in jobs[:2]] == [0.4, 0.4]
    assert not reservations.may_start("ann"), "the 20 cents that are free are less than a job may cost"
    assert reservations.may_start("bob")
    jobs[0].job.usage = Usage(cost_usd=0.1)
    reservations.job_ended(jobs[0])
    assert reservations.may_start("ann")
    reservations.start(jobs[2])
    assert jobs[2].reservation.usd == 0.4


def test_the_last_of_a_day_is_for_one_job_alone(store: Store) -> None:
    reservations, one, two = reservations_of(store, max_cost_usd=5.0), new_entry("a1"), new_entry("a2")
    reservations.start(one)
    assert one.reservation.usd == 1.0
    assert not reservations.may_start("ann")
    one.job.usage = Usage(cost_usd=0.75)
    reservations.job_ended(one)
    assert reservations.may_start("ann")
    reservations.start(two)
    assert two.reservation.usd == 0.25


def test_without_a_budget_of_a_job_each_place_has_its_part_of_the_day(store: Store) -> None:
    reservations, entry = reservations_of(store, max_cost_usd=0.0, max_running_per_user=4), new_entry()
    reservations.start(entry)
    assert entry.reservation.usd == 0.25


def test_where_nothing_costs_anything_nobody_waits(store: Store) -> None:
    reservations = reservations_of(store, max_cost_usd=0.0, base_url="")
    for number in range(100):
        assert reservations.may_start("ann")
        reservations.start(new_entry(f"a{number}"))


def test_jobs_that_cost_although_no_model_has_a_price_are_held_to_the_day_together(store: Store) -> None:
    reservations, one, two = reservations_of(store, base_url=""), new_entry("a1"), new_entry("a2")
    for entry in (one, two):
        reservations.start(entry)
    one.job.usage = two.job.usage = Usage(cost_usd=0.625)
    words = "Your questions have cost $1.25 today; the limit is $1.00 a day."
    assert reservations.over_budget(one, 0.0) == Exceeded(Reason.BUDGET, words)
    refused = reservations.refuse("ann")
    assert refused is not None
    assert refused.code == "quota"
    assert reservations.refuse("bob") is None


def test_who_is_short_of_budget_is_said_of_all_whose_jobs_run(store: Store) -> None:
    reservations = reservations_of(store)
    for number in range(100):
        if not reservations.may_start("ann"):
            break
        reservations.start(new_entry(f"a{number}"))
    reservations.start(new_entry("b0", "bob"))
    assert reservations.short_of_budget() == {"ann"}


def test_a_worker_has_a_moment_to_end_by_itself_at_its_budget(store: Store) -> None:
    reservations, entry = reservations_of(store), new_entry()
    reservations.start(entry)
    entry.job.usage = Usage(cost_usd=0.375)
    assert reservations.over_budget(entry, 100.0) is None
    assert reservations.over_budget(entry, 100.0 + OVERSPENT_FOR_S - 0.1) is None
    exceeded = reservations.over_budget(entry, 100.0 + OVERSPENT_FOR_S)
    assert exceeded is not None
    assert exceeded.words.startswith("The question has cost $0.38; $0.25 of your day were reserved for it")
    entry.job.usage = Usage(cost_usd=0.25)
    assert reservations.over_budget(entry, 200.0) is None
    entry.job.usage = Usage(cost_usd=0.26)
    assert reservations.over_budget(entry, 200.5) is None, "the moment begins anew"
