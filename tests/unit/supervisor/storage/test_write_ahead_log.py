"""The write-ahead log stays small, whoever reads and however much is written."""

import asyncio
import os
import threading
from pathlib import Path

from bus.contract.vocabulary import Role, State
from bus.log import LogReader
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.topics import Published
from supervisor.storage.checkpointer import RESTART_BYTES, Checkpointer
from supervisor.storage.store import Store

BATCH = os.urandom(1 << 18)
BATCHES, AT_ONCE = 1000, 8
SUBMIT = Submit(Caller("ann", Role.USER), "s1", "how much?")
SUMMARY = JobSummary(
    "7f3a", "s1", "ann", "parquet", "how much?", "", State.RUNNING, None, 1.0, None, None, None, 0, None
)


class Service:
    """What the supervisor does around its log: commit unless that is held, and look."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.number = self.store.accept(SUBMIT, JobRecord(SUMMARY, [], []))
        self.free = asyncio.Event()
        self.checkpoints = Checkpointer(self.store, self.free.set)
        self.holds = 0
        self.longest = 0

    async def write(self, first: int, count: int) -> None:
        for seq in range(first, first + count):
            self.store.append(self.number, Published(seq, seq, 0.0, False, BATCH))
        self.store.commit()
        self.longest = max(self.longest, self._length())
        self.checkpoints.look()
        await asyncio.sleep(0)
        if self.checkpoints.holding:
            self.holds += 1
            self.free.clear()
            await self.free.wait()

    def _length(self) -> int:
        return Path(f"{self.store.path}-wal").stat().st_size

    def close(self) -> None:
        self.checkpoints.close()
        self.store.close()


def read(folder: Path, written: threading.Event) -> int:
    """Follow the log as fast as it can be read; returns the last number."""
    reader = LogReader(folder / "log.sqlite")
    seq = 0
    while True:
        all_written = written.is_set()
        batches = reader.read("7f3a", seq)
        if batches:
            assert batches[0].first == seq + 1
            seq = batches[-1].last
        elif all_written:
            reader.close()
            return seq


async def test_the_write_ahead_log_is_begun_anew_while_it_is_written_and_read(tmp_path: Path) -> None:
    service, written = Service(tmp_path), threading.Event()
    await service.write(1, 1)
    reading = asyncio.create_task(asyncio.to_thread(read, tmp_path, written))
    for first in range(2, 2 + BATCHES, AT_ONCE):
        await service.write(first, AT_ONCE)
    written.set()
    last = await reading
    service.close()
    assert last == 1 + BATCHES
    assert service.holds
    assert service.longest < 5 * RESTART_BYTES < BATCHES * len(BATCH) / 3
