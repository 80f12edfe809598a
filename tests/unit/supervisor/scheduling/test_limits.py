"""What is too much for a job, and in which words that is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.contract.events import Usage
from bus.contract.settings import AgentSettings, LimitSettings, LlmSettings, Settings
from bus.contract.vocabulary import Reason
from bus.wire.commands import Options
from supervisor.scheduling.limits import OVERSPENT_FOR_S, Exceeded, Limits
from supervisor.storage.store import Store
from tests.harness.entries import new_entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def limits_of(store: Store, *, max_cost_usd: float = 0.25, base_url: str = "http://model", **limits: Any) -> Limits:
    """A day of a dollar; without a server nothing is reserved."""
    agent = AgentSettings(max_cost_usd=max_cost_usd, max_cost_usd_per_user_day=1.0)
    llm = LlmSettings(base_url=base_url, api_key_env="NO_SUCH_KEY")
    return Limits(Settings(limits=LimitSettings(**limits), agent=agent, llm=llm), store.queries)


@pytest.mark.parametrize(
    ("limit_s", "wanted_s", "runtime_s"), [(60.0, None, 60.0), (60.0, 5.0, 5.0), (60.0, 600.0, 60.0), (0.0, 5.0, 5.0)]
)
def test_a_question_can_only_lower_its_time(
    store: Store, limit_s: float, wanted_s: float | None, runtime_s: float
) -> None:
    limits = limits_of(store, max_runtime_s=limit_s)
    submit = new_entry(agent="parquet", options=Options(max_runtime_s=wanted_s)).submit
    assert limits.deadlines(submit).runtime_s == runtime_s


def test_an_answer_that_grows_too_large_says_what_and_by_how_much(store: Store) -> None:
    limits, entry = limits_of(store, max_output_bytes=1000, max_events=10), new_entry()
    entry.stream.size_bytes, entry.stream.seq = 1000, 10
    assert limits.over_output(entry) is None
    entry.stream.size_bytes = 1001
    words = "The answer has grown to 1,001 bytes; the limit is 1,000."
    assert limits.over_output(entry) == Exceeded(Reason.OUTPUT_LIMIT, words)
    entry.stream.size_bytes, entry.stream.seq = 0, 11
    assert limits.over_output(entry) == Exceeded(
        Reason.OUTPUT_LIMIT, "The answer has grown to 11 events; the limit is 10."
    )


def test_what_a_job_may_cost_is_reserved_until_it_ends(store: Store) -> None:
    limits, jobs = limits_of(store, max_cost_usd=0.4), [new_entry(f"a{number}") for number in range(3)]
    for entry in jobs[:2]:
        assert limits.may_start("ann")
        limits.start(entry)
    assert [entry.reserved_usd for entry in jobs[:2]] == [0.4, 0.4]
    assert not limits.may_start("ann"), "the 20 cents that are free are less than a job may cost"
    assert limits.may_start("bob")
    jobs[0].job.usage = Usage(cost_usd=0.1)
    limits.job_ended(jobs[0])
    assert limits.may_start("ann")
    limits.start(jobs[2])
    assert jobs[2].reserved_usd == 0.4


def test_the_last_of_a_day_is_for_one_job_alone(store: Store) -> None:
    limits, one, two = limits_of(store, max_cost_usd=5.0), new_entry("a1"), new_entry("a2")
    limits.start(one)
    assert one.reserved_usd == 1.0
    assert not limits.may_start("ann")
    one.job.usage = Usage(cost_usd=0.75)
    limits.job_ended(one)
    assert limits.may_start("ann")
    limits.start(two)
    assert two.reserved_usd == 0.25


def test_without_a_budget_of_a_job_each_place_has_its_part_of_the_day(store: Store) -> None:
    limits, entry = limits_of(store, max_cost_usd=0.0, max_running_per_user=4), new_entry()
    limits.start(entry)
    assert entry.reserved_usd == 0.25


def test_where_nothing_costs_anything_nobody_waits(store: Store) -> None:
    limits = limits_of(store, max_cost_usd=0.0, base_url="")
    for number in range(100):
        assert limits.may_start("ann")
        limits.start(new_entry(f"a{number}"))


def test_jobs_that_cost_although_no_model_has_a_price_are_held_to_the_day_together(store: Store) -> None:
    limits, one, two = limits_of(store, base_url=""), new_entry("a1"), new_entry("a2")
    for entry in (one, two):
        limits.start(entry)
    one.job.usage = two.job.usage = Usage(cost_usd=0.625)
    words = "Your questions have cost $1.25 today; the limit is $1.00 a day."
    assert limits.over_budget(one, 0.0) == Exceeded(Reason.BUDGET, words)
    refused = limits.refuse_spending("ann")
    assert refused is not None
    assert refused.code == "quota"
    assert limits.refuse_spending("bob") is None


def test_a_worker_has_a_moment_to_end_by_itself_at_its_budget(store: Store) -> None:
    limits, entry = limits_of(store), new_entry()
    limits.start(entry)
    entry.job.usage = Usage(cost_usd=0.375)
    assert limits.over_budget(entry, 100.0) is None
    assert limits.over_budget(entry, 100.0 + OVERSPENT_FOR_S - 0.1) is None
    exceeded = limits.over_budget(entry, 100.0 + OVERSPENT_FOR_S)
    assert exceeded is not None
    assert exceeded.words.startswith("The question has cost $0.38; $0.25 of your day were reserved for it")
    entry.job.usage = Usage(cost_usd=0.25)
    assert limits.over_budget(entry, 200.0) is None
    entry.job.usage = Usage(cost_usd=0.26)
    assert limits.over_budget(entry, 200.5) is None, "the moment begins anew"
