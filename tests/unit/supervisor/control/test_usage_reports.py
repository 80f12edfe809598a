"""What a job has used is known in the order in which it was so, and on disk once a model was asked for more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.contract.events import Usage
from bus.contract.settings import Settings
from supervisor.control.usage_reports import UsageReports
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path)
    yield store
    store.close()


def test_a_report_that_comes_late_does_not_undo_a_newer_one(store: Store) -> None:
    spending, entry = UsageReports(store, DailyBudget(Settings(), store.queries)), new_entry()
    entry.stream.seq = 5
    spending.take(entry, Usage(input_tokens=900), 2.0, 0.0)
    spending.take(entry, Usage(input_tokens=1_000), 1.0, 0.0)
    assert entry.job.usage == Usage(input_tokens=900, chunks=4)
    spending.take(entry, Usage(input_tokens=800), 2.0, 0.0)
    assert entry.job.usage.input_tokens == 800


def test_only_what_is_paid_for_is_written_to_disk(store: Store) -> None:
    spending, entry = UsageReports(store, DailyBudget(Settings(), store.queries)), new_entry()
    entry.stream.number = store.accept(entry.submit, entry.record())
    store.commit()
    written: list[float] = []
    for usage in (Usage(rows=5), Usage(rows=5, input_tokens=7), Usage(rows=9, input_tokens=7)):
        spending.take(entry, usage, 1.0, 0.0)
        spending.record(entry)
        store.commit()
        written.append(store.queries.record(entry.job_id)[0].usage["rows"])
    assert written == [0, 5, 5]
