"""A controller over a real log, for which no worker can be got."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bus.address import make_address, make_runtime_folder
from bus.contract.agents import running_limits
from bus.contract.settings import Settings, SupervisorSettings
from bus.contract.vocabulary import Proof
from bus.transport.sockets import new_context
from supervisor.control.controller import JobController
from supervisor.control.counters import Counters
from supervisor.control.parts import Parts
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.lifecycle.kill_ladder import Step
from supervisor.own_files.folders import OwnFolders
from supervisor.places.local_place import LocalPlace
from supervisor.processes.containment.sweep import Sweep
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.conditions import Conditions
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.scheduling.limits import Limits
from supervisor.storage.clock_guard import ClockGuard
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.worker_pool import WorkerPool
from supervisor.workers.worker_table import WorkerTable
from tests.harness.jobs.entries import new_entry


class KeepsSignals:
    """A place for workers without a process; keeps what they are told, and the steps of the ladder that reach them."""

    name = ""
    proof = Proof.NODE_REAPED

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.told: list[bytes] = []

    def spawn(self, worker_id: str, agent: str, token: bytes, own_folder: str = "") -> None: ...
    def assigned(self, worker_id: str, job_id: str) -> None: ...
    def tell(self, worker_id: str, message: bytes) -> None:
        self.told.append(message)

    def do(self, worker_id: str, step: Step) -> None:
        self.done.append(step)

    def lives(self, worker_id: str) -> bool:
        return True

    def outdated(self, worker_id: str) -> bool:
        return False


@dataclass
class Running:
    """A controller and what it works with."""

    parts: Parts
    controller: JobController


@asynccontextmanager
async def running_controller(tmp_path: Path) -> AsyncIterator[Running]:
    """The pool is closed: no worker can be got."""
    settings = Settings(supervisor=SupervisorSettings(state_dir=str(tmp_path)))
    context, store = new_context(), Store(tmp_path)
    address = make_address(tmp_path, "")
    runtime = make_runtime_folder(Path(address.runtime_dir))
    journal, jobs = Journal(store, lambda _: None), JobTable()
    table = WorkerTable()
    here = LocalPlace(settings, Spawner([], {}, Sweep), store, (context, address), table)
    pool = WorkerPool(settings, table, here)
    commit = GroupCommit(store, journal)
    admission = Admission(settings.limits, running_limits(settings))
    limits, daily_budget = Limits(settings), DailyBudget(settings, store.queries)
    conditions = Conditions(admission, commit, daily_budget, pool)
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
        daily_budget,
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


def running_job(parts: Parts, job_id: str = "7f3a", **fields: Any) -> JobEntry:
    """A job that was accepted, and launched without a worker; `fields` are those of its question, and its `user`."""
    now = asyncio.get_running_loop().time()
    entry = new_entry(job_id, accepted_at=now, **fields)
    entry.stream.number = parts.store.accept(entry.submit, entry.record())
    parts.jobs.add(entry)
    entry.job.launch(now)
    return entry
