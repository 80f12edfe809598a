"""What is too much for a job, and in which words that is said."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bus.contract.events import Usage
from bus.contract.settings import AgentSettings, LimitSettings, Settings
from bus.contract.vocabulary import Reason
from bus.wire.commands import Options
from supervisor.jobs.job_table import JobTable
from supervisor.scheduling.limits import Exceeded, Limits
from supervisor.storage.store import Store
from tests.harness.entries import new_entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def limits_of(store: Store, jobs: JobTable, **limits: Any) -> Limits:
    settings = Settings(limits=LimitSettings(**limits), agent=AgentSettings(max_cost_usd_per_user_day=1.0))
    return Limits(settings, store.queries, jobs)


@pytest.mark.parametrize(
    ("limit_s", "wanted_s", "runtime_s"), [(60.0, None, 60.0), (60.0, 5.0, 5.0), (60.0, 600.0, 60.0), (0.0, 5.0, 5.0)]
)
def test_a_question_can_only_lower_its_time(
    store: Store, limit_s: float, wanted_s: float | None, runtime_s: float
) -> None:
    limits = limits_of(store, JobTable(), max_runtime_s=limit_s)
    submit = new_entry(agent="parquet", options=Options(max_runtime_s=wanted_s)).submit
    assert limits.deadlines(submit).runtime_s == runtime_s


def test_an_answer_that_grows_too_large_says_what_and_by_how_much(store: Store) -> None:
    limits, entry = limits_of(store, JobTable(), max_output_bytes=1000, max_events=10), new_entry()
    entry.stream.size_bytes, entry.stream.seq = 1000, 10
    assert limits.over_output(entry) is None
    entry.stream.size_bytes = 1001
    words = "The answer has grown to 1,001 bytes; the limit is 1,000."
    assert limits.over_output(entry) == Exceeded(Reason.OUTPUT_LIMIT, words)
    entry.stream.size_bytes, entry.stream.seq = 0, 11
    assert limits.over_output(entry) == Exceeded(
        Reason.OUTPUT_LIMIT, "The answer has grown to 11 events; the limit is 10."
    )


def test_a_day_that_two_jobs_spend_together_is_over_for_the_one_that_kept_to_its_share(store: Store) -> None:
    jobs = JobTable()
    limits, one, two = limits_of(store, jobs), new_entry("a1"), new_entry("a2")
    for entry in (one, two):
        jobs.add(entry)
        entry.cost_left_usd = limits.cost_left_usd("ann")
    one.job.usage = Usage(cost_usd=0.75)
    assert limits.over_budget(one) is None
    assert limits.refuse_spending("ann") is None
    two.job.usage = Usage(cost_usd=0.5)
    exceeded = limits.over_budget(one)
    assert exceeded is not None
    assert (exceeded.reason, exceeded.words) == (
        Reason.BUDGET,
        "Your questions have cost $1.25 today; the limit is $1.00 a day.",
    )
    refused = limits.refuse_spending("ann")
    assert refused is not None
    assert refused.code == "quota"
    assert limits.refuse_spending("bob") is None
    two.job.usage = Usage(cost_usd=1.5)
    assert limits.over_budget(two) is None, "beyond its own share the worker ends by itself"


def test_what_an_ended_job_has_cost_counts_for_the_day(store: Store) -> None:
    limits, entry = limits_of(store, JobTable()), new_entry()
    entry.job.usage = Usage(cost_usd=0.75)
    limits.job_ended(entry)
    assert limits.cost_left_usd("ann") == 0.25
