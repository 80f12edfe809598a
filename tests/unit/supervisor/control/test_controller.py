"""A job ends, and the next begins, whatever fails on the way."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from bus.address import make_address, make_runtime_folder
from bus.contract.agents import LOOK_FURTHER, running_limits
from bus.contract.catalog import Catalog, CatalogTable
from bus.contract.events import Result, Usage
from bus.contract.settings import Settings
from bus.contract.vocabulary import Reason, Role, State
from bus.transport.codec import encode
from bus.transport.sockets import new_context
from bus.wire.commands import Caller, Submit
from bus.wire.replies import Refused
from bus.wire.worker import Success
from supervisor.control.catalog_file import CatalogFile
from supervisor.control.catalog_refresh import TRY_AGAIN_S, CatalogRefresh
from supervisor.control.controller import JobController
from supervisor.control.counters import Counters
from supervisor.control.parts import Parts
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.own_files.folders import OwnFolders
from supervisor.places.local_place import LocalPlace
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.conditions import Conditions
from supervisor.scheduling.limits import Limits
from supervisor.scheduling.reservations import Reservations
from supervisor.storage.clock_guard import ClockGuard
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.worker_pool import WorkerPool
from supervisor.workers.worker_table import WorkerTable

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
    table = WorkerTable()
    here = LocalPlace(settings, Spawner([], {}, Sweep), store, (context, address), table)
    pool = WorkerPool(settings, table, here)
    commit = GroupCommit(store, journal)
    admission = Admission(settings.limits, running_limits(settings))
    limits, reservations = Limits(settings), Reservations(settings, store.queries)
    conditions = Conditions(admission, commit, reservations, pool)
    clock, folders = ClockGuard(tmp_path), OwnFolders(tmp_path / "files")
    parts = Parts(
        settings,
        store,
        journal,
        commit,
        jobs,
        Counters(),
        admission,
        conditions,
        limits,
        reservations,
        pool,
        clock,
        folders,
    )
    pool.close()
    yield Running(parts, JobController(parts, StreamHeads(jobs, lambda _: None, {})))
    commit.close()
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
    entry.when_finalized(fail)
    entry.when_finalized(lambda: called.append("second"))
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


def has_read(*unseen: bool) -> Success:
    """The outcome of a job that has read tables, some of which it had no time to look into."""
    tables = tuple(CatalogTable(f"t{at}", (), 1, (), unseen=one) for at, one in enumerate(unseen))
    return Success(Result({}, Usage(), {}), catalog=Catalog(tables, fingerprint="f"))


async def test_a_catalog_is_kept_over_a_start_and_a_damaged_one_is_none(running: Running, tmp_path: Path) -> None:
    refresh = running.controller.catalog
    assert refresh.encoded == b""
    refresh.take(refresh.read(), has_read(False))

    def anew() -> CatalogRefresh:
        parts = running.parts
        return CatalogRefresh(running.controller.submit, parts.jobs, parts.conditions, CatalogFile(tmp_path))

    assert anew().encoded == refresh.encoded != b""
    assert anew().known is None, "nobody is told of tables that nobody has looked at since"
    file = tmp_path / "catalog"
    file.write_bytes(file.read_bytes()[:-1])
    assert anew().encoded == b""
    CatalogFile(tmp_path).save(encode("no catalog"))
    assert anew().encoded == b""


async def test_reading_goes_on_as_long_as_it_gets_on(running: Running, tmp_path: Path) -> None:
    """Two tables were not looked into, then one, then still one."""
    begun: list[Submit] = []

    def submit(one: Submit) -> JobEntry:
        begun.append(one)
        return running.controller.submit(one)

    refresh = CatalogRefresh(submit, running.parts.jobs, running.parts.conditions, CatalogFile(tmp_path))
    counts = []
    for outcome in (has_read(True, True), has_read(True, False), has_read(False, True), has_read(False, False)):
        refresh.take(refresh.read(), outcome)
        begun.clear()
        running.parts.journal.flush()
        assert all(one.question == LOOK_FURTHER for one in begun)
        counts.append(len(begun))
    assert counts == [1, 1, 0, 0]
