"""What follows a worker's exit: its last words are kept, its files removed, and what is left of it is waited for."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bus.contract.settings import LimitSettings
from bus.system.machine import SHARED_MEMORY
from bus.system.orphans import children
from bus.system.proc import POLL_S
from bus.transport.channel import Channel
from bus.transport.peers import PeerWatch
from bus.transport.sockets import bind_collector, new_context
from bus.wire.worker import MAX_MESSAGE_BYTES, STACK_NAME, STDERR_NAME
from supervisor.places import reaper as reaper_module
from supervisor.places.local_worker import LocalWorker
from supervisor.places.reaper import Reaper
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.spawner import WorkerProcess
from tests.harness.jobs.local_workers import child, worker_context


@asynccontextmanager
async def reaping(folder: Path) -> AsyncIterator[tuple[Reaper, LocalWorker]]:
    """A reaper, and a worker that is dead but for what it has left."""
    context = new_context()
    socket = bind_collector(context, f"ipc://@deadstop-test-{os.getpid()}-{id(context)}", MAX_MESSAGE_BYTES)
    peers, collector = PeerWatch(socket), Channel(socket, lambda _: None)
    async with worker_context(folder) as shared:
        yield Reaper((shared.control, collector), peers, POLL_S), LocalWorker("w1", "sql", b"token", shared)
    peers.close()
    collector.close()
    context.term()


def enclosure() -> Enclosure:
    """Of a worker that may have left every child that this test gets from now on."""
    own = set(children(os.getpid()))
    return Sweep(lambda: own).enclose("worker", LimitSettings())


def leave(worker: LocalWorker, *, folders: int = 0) -> None:
    """Last words, and so many subfolders."""
    worker.scratch.mkdir()
    (worker.scratch / STDERR_NAME).write_text("MemoryError\n")
    (worker.scratch / STACK_NAME).write_text("Thread 0x1:\n")
    for number in range(folders):
        (worker.scratch / f"{number}").mkdir()


async def test_few_files_are_gone_and_the_last_words_kept(tmp_path: Path) -> None:
    async with reaping(tmp_path) as (reaper, worker):
        leave(worker)
        worker.job_id = f"reaper{os.getpid()}"
        segment = SHARED_MEMORY / f"deadstop-{worker.job_id}-x"
        segment.touch()
        assert await reaper.collect_and_remove(worker) == {"stderr": "MemoryError", "stack": "Thread 0x1:"}
        assert not worker.scratch.exists()
        assert not segment.exists()


async def test_a_removal_that_takes_long_goes_on_after_the_job_and_takes_no_last_word_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All threads are busy, so that the removal has not even begun when the job's end has waited long enough."""
    monkeypatch.setattr(reaper_module, "REMOVE_LIMIT_S", 0.01)
    loop, busy, threads = asyncio.get_running_loop(), threading.Event(), ThreadPoolExecutor(1)
    loop.set_default_executor(threads)
    blocked = loop.run_in_executor(None, busy.wait)
    async with reaping(tmp_path) as (reaper, worker):
        leave(worker, folders=1)
        assert (await reaper.collect_and_remove(worker))["stderr"] == "MemoryError"
        assert worker.scratch.exists()
        busy.set()
        await blocked
        await loop.run_in_executor(None, lambda: None)  # the one thread takes its work in order
        assert not worker.scratch.exists()


async def test_what_the_worker_has_left_behind_is_waited_for(tmp_path: Path) -> None:
    async with reaping(tmp_path) as (reaper, worker):
        held = enclosure()
        with child() as orphan:
            await reaper.sweep(worker, held)
            assert orphan.pid not in children(os.getpid())
            orphan.wait()


async def test_a_worker_that_never_connected_has_nothing_on_the_way(tmp_path: Path) -> None:
    async with reaping(tmp_path) as (reaper, _):
        with child() as process:
            pidfd = os.pidfd_open(process.pid)
            worker = WorkerProcess(process.pid, pidfd, enclosure(), lambda _: None)
            await reaper.collect_events(worker)
            worker.reaped("exited with status 0")
