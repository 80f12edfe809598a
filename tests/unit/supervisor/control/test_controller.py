"""A job ends, and the next begins, whatever fails on the way."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest_asyncio

from bus.address import make_address, make_runtime_folder
from bus.contract.settings import Settings, running_limits
from bus.contract.vocabulary import Reason, Role, State
from bus.transport.sockets import new_context
from bus.wire.commands import Caller, Submit
from bus.wire.replies import Refused
from supervisor.control.catalog_refresh import TRY_AGAIN_S
from supervisor.control.controller import JobController
from supervisor.control.parts import Parts
from supervisor.jobs.job_table import JobTable
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.own_files.folders import OwnFolders
from supervisor.places.local_place import LocalPlace
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.limits import Limits
from supervisor.scheduling.reservations import Reservations
from supervisor.storage.clock_guard import ClockGuard
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.pool import WorkerPool

QUESTION = Submit(question="SELECT 1", agent="parquet", session_id="s1", caller=Caller("ann", Role.USER))


@dataclass
class Running:
    parts: Parts
    controller: JobController


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """The pool is closed: no worker can be got."""
    settings, context, store = Settings(), new_context(), Store(tmp_path)
    address = make_address(tmp_path, "")
    runtime = make_runtime_folder(Path(address.runtime_dir))
    journal, jobs = Journal(store, lambda _: None), JobTable()
    here = partial(LocalPlace, settings, Spawner([], {}, Sweep), store, (context, address))
    pool = WorkerPool(settings, here)
    admission = Admission(settings.limits, running_limits(settings))
    limits, reservations = Limits(settings), Reservations(settings, store.queries)
    clock, folders = ClockGuard(tmp_path), OwnFolders(tmp_path / "files")
    parts = Parts(settings, store, journal, jobs, admission, limits, reservations, pool, clock, folders)
    pool.close()
    yield Running(parts, JobController(parts, StreamHeads(jobs, lambda _: None, {})))
    context.term()
    store.close()
    shutil.rmtree(runtime)


async def test_a_job_for_which_no_worker_can_be_got_ends(running: Running) -> None:
    entry = running.controller.submit(QUESTION)
    assert (entry.job.state, entry.job.reason) == (State.FAILED, Reason.WORKER_DIED)
    assert entry.exit_words == "could not be started (the pool is closed)"
    running.parts.journal.flush()
    assert not running.parts.jobs


async def test_what_fails_after_a_job_s_end_holds_nothing_else_up(running: Running) -> None:
    called: list[str] = []

    def fail() -> None:
        called.append("first")
        raise ValueError

    entry = running.controller.submit(QUESTION)
    entry.on_finalized += [fail, lambda: called.append("second")]
    running.parts.journal.flush()
    assert called == ["first", "second"]
    await running.parts.jobs.until_empty()


async def test_a_catalog_that_could_not_be_read_is_read_again_when_it_is_asked_for_but_not_each_time(
    running: Running,
) -> None:
    read = []
    for now in (100.0, 101.0, 100.0 + TRY_AGAIN_S):
        said = running.controller.catalog.answer(now)
        assert isinstance(said, Refused)
        assert said.code == "not_ready"
        running.parts.journal.flush()
        read.append(len(running.parts.store.queries.ended(10, None, None, "")))
    assert read == [1, 1, 2]
