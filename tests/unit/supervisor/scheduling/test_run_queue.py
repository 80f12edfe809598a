"""Jobs start in their turn, and those that wait hear where they stand."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bus.contract.events import Accepted, Queue, Warn
from bus.contract.settings import LimitSettings
from bus.log import LOG_NAME, LogReader
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.scheduling import run_queue
from supervisor.scheduling.admission import Admission, Facts
from supervisor.scheduling.run_queue import RunQueue
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry
from tests.harness.servers import eventually


class Jobs:
    """A queue for one job at a time, over a real log."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.journal = Journal(self.store, lambda _: None)
        self.table = JobTable()
        self.started: list[str] = []
        self.queue = RunQueue(Admission(LimitSettings(max_running=1)), Facts, self.journal, self.table, self.start)
        self.reader = LogReader(folder / LOG_NAME)

    def start(self, entry: JobEntry) -> None:
        entry.job.launch(0.0)
        self.started.append(entry.job_id)

    def ask(self, job_id: str, after: JobEntry | None = None) -> JobEntry:
        entry = new_entry(job_id)
        entry.stream.number = self.store.accept(entry.submit, entry.record())
        self.table.add(entry)
        self.queue.enter(entry, after)
        return entry

    def end(self, entry: JobEntry) -> None:
        entry.job.worker_gone(1.0)
        self.queue.leave(entry)
        self.table.remove(entry.job_id)
        entry.finalized()
        self.queue.start_waiting()

    def events(self, entry: JobEntry) -> list[Any]:
        self.journal.flush()
        return [event for batch in self.reader.read(entry.job_id, 0) for _, event in batch.events()]


@pytest_asyncio.fixture
async def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Jobs]:
    monkeypatch.setattr(run_queue, "POSITIONS_AFTER_S", 0.0)
    jobs = Jobs(tmp_path)
    yield jobs
    jobs.reader.close()
    jobs.store.close()


async def test_one_starts_and_the_others_hear_their_position_and_each_change_of_it(jobs: Jobs) -> None:
    first, second, third = (jobs.ask(name) for name in "abc")
    assert jobs.started == ["a"]
    assert [jobs.events(entry) for entry in (first, second, third)] == [[Accepted(0)], [Accepted(1)], [Accepted(2)]]
    jobs.end(first)
    assert jobs.started == ["a", "b"]
    await eventually(lambda: third.position == 1, "the third hears that it is next")
    assert jobs.events(third) == [Accepted(2), Queue(1)]
    assert jobs.events(second) == [Accepted(1)]


async def test_a_job_that_comes_after_another_does_not_start_before_that_has_ended(jobs: Jobs) -> None:
    roll_up = jobs.ask("a")
    reading = jobs.ask("b", after=roll_up)
    assert (jobs.started, reading.position) == (["a"], 1)
    jobs.end(roll_up)
    assert jobs.started == ["a", "b"]
    (accepted, warning) = jobs.events(reading)
    assert accepted == Accepted(1)
    assert isinstance(warning, Warn)
    assert "has failed (worker_died): the answer may be out of date" in warning.message


async def test_a_job_that_was_stopped_while_it_waited_for_another_never_starts(jobs: Jobs) -> None:
    roll_up = jobs.ask("a")
    reading = jobs.ask("b", after=roll_up)
    reading.job.launch(0.0)
    reading.job.worker_gone(0.5)
    jobs.end(roll_up)
    assert jobs.started == ["a"]
