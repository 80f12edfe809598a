"""Which dead workers wait for an orphaned process."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from bus.system.orphans import children
from supervisor.workers.orphan_attribution import OrphanAttribution
from supervisor.workers.worker import Worker, WorkerContext
from tests.harness.local_workers import child, worker_context


@pytest_asyncio.fixture
async def context(tmp_path: Path) -> AsyncIterator[WorkerContext]:
    async with worker_context(tmp_path) as context:
        yield context


def attribution(*workers: int) -> OrphanAttribution:
    """Every child of this test but those of before, and but these, is an orphan."""
    own = {*children(os.getpid()), *workers}
    return OrphanAttribution(lambda: own)


def gone(pid: int) -> bool:
    return pid not in children(os.getpid())


async def test_an_orphan_that_came_after_the_worker_is_killed_and_waited_for(context: WorkerContext) -> None:
    worker = Worker("sql", context)
    with child(worker) as process:
        orphans = attribution(process.pid)
        process.kill()
        process.wait()
        with child() as orphan:
            assert orphans.left_by(worker, []) == 1
            orphan.wait()
            assert gone(orphan.pid)
            assert orphans.left_by(worker, []) == 0


async def test_an_orphan_that_is_older_than_the_worker_is_killed_but_not_waited_for(context: WorkerContext) -> None:
    worker, orphans = Worker("sql", context), attribution()
    with child() as orphan:
        started = os.times().elapsed
        while os.times().elapsed <= started + 0.01:  # start times count in hundredths of a second
            pass
        with child(worker) as process:
            process.kill()
            process.wait()
            assert orphans.left_by(worker, []) == 0
            assert orphan.wait() == -signal.SIGKILL or gone(orphan.pid)


async def test_an_orphan_that_was_there_while_the_worker_lived_is_not_that_workers(context: WorkerContext) -> None:
    dead, living = Worker("sql", context), Worker("sql", context)
    with child(dead) as first, child(living) as second:
        orphans = attribution(first.pid, second.pid)
        first.kill()
        first.wait()
        with child() as orphan:
            assert orphans.left_by(dead, [dead, living]) == 1
            second.kill()
            second.wait()
            assert orphans.left_by(living, [living]) == 0
            orphan.wait()


async def test_a_worker_whose_process_is_not_known_waits_for_every_orphan(context: WorkerContext) -> None:
    orphans = attribution()
    with child() as orphan:
        assert orphans.left_by(Worker("sql", context), []) == 1
        orphan.wait()
