"""What is written is committed by itself, together, published after, and tried again where it could not be."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bus.contract.events import Accepted, Queue
from bus.contract.vocabulary import Role, State
from bus.log import LOG_NAME, LogReader
from bus.transport.channel import Frames
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal, Stream
from supervisor.storage.store import Store

SUMMARY = JobSummary(
    "7f3a", "s1", "ann", "parquet", "how many?", "", State.QUEUED, None, 1.0, None, None, None, 0, None
)
SUBMIT = Submit(Caller("ann", Role.USER), "s1", "how many?")


class Log:
    """A log that is committed by itself, and what was published of it."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.published: list[Frames] = []
        self.journal = Journal(self.store, self.publish)
        self.commit = GroupCommit(self.store, self.journal)
        self.stream = Stream("7f3a", self.store.accept(SUBMIT, JobRecord(SUMMARY, [], [])))
        self.reader = LogReader(folder / LOG_NAME)
        self.fails_to_publish = False

    def publish(self, frames: Frames) -> None:
        if self.fails_to_publish:
            self.fails_to_publish = False
            raise OSError("no such socket")
        assert self.reader.final("7f3a") is None
        assert self.logged >= len(self.published) + 1, "an event is in the log before anybody hears of it"
        self.published.append(frames)

    @property
    def logged(self) -> int:
        return sum(batch.last - batch.first + 1 for batch in self.reader.read("7f3a", 0))

    async def committed(self) -> None:
        """Wait for the next commit."""
        done = asyncio.Event()
        self.journal.after_commit(done.set)
        await done.wait()

    def close(self) -> None:
        self.commit.close()
        self.reader.close()
        self.store.close()


@pytest_asyncio.fixture
async def log(tmp_path: Path) -> AsyncIterator[Log]:
    log = Log(tmp_path)
    yield log
    log.close()


async def test_what_one_turn_of_the_loop_writes_is_one_commit(log: Log) -> None:
    await log.committed()
    counted = sqlite3.connect(log.store.path)
    (before,) = counted.execute("PRAGMA data_version").fetchone()
    for position in range(5):
        log.journal.append(log.stream, Queue(position))
    assert (log.logged, log.published) == (0, [])
    await log.committed()
    (after,) = counted.execute("PRAGMA data_version").fetchone()
    counted.close()
    assert (log.logged, len(log.published)) == (5, 5)
    assert after == before + 1


async def test_what_cannot_be_written_is_said_and_tried_again(log: Log) -> None:
    await log.committed()
    log.store._db.execute("PRAGMA query_only = ON")  # as a full disk does: reading works, writing does not
    log.journal.append(log.stream, Accepted(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert "cannot be written" in log.commit.trouble
    assert (log.logged, log.published) == (0, [])
    log.store._db.execute("PRAGMA query_only = OFF")
    await log.committed()
    assert (log.commit.trouble, log.logged, len(log.published)) == ("", 1, 1)


async def test_a_failure_to_publish_holds_no_later_commit_up(log: Log) -> None:
    log.fails_to_publish = True
    log.journal.append(log.stream, Accepted(0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (log.logged, log.published) == (1, [])
    log.journal.append(log.stream, Queue(1))
    await log.committed()
    assert (log.logged, len(log.published)) == (2, 1)


async def test_closing_commits_what_has_collected(log: Log, tmp_path: Path) -> None:
    log.journal.append(log.stream, Accepted(0))
    log.commit.close()
    assert (log.logged, len(log.published)) == (1, 1)


async def test_a_log_that_was_removed_is_trouble_that_does_not_go_away(log: Log) -> None:
    log.commit.look()
    assert (log.commit.lost, log.commit.trouble) == ("", "")
    log.store.path.unlink()
    log.commit.look()
    log.journal.append(log.stream, Accepted(0))
    await log.committed()
    assert log.commit.trouble == log.commit.lost
    assert "was removed while it was in use" in log.commit.lost
