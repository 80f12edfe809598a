"""What most of the supervisor works with, as one value."""

from dataclasses import dataclass
from pathlib import Path

from bus.contract.settings import Settings
from supervisor.control.counters import Counters
from supervisor.jobs.job_table import JobTable
from supervisor.own_files.folders import OwnFolders
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.conditions import Conditions
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.scheduling.limits import Limits
from supervisor.storage.clock_guard import ClockGuard
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.worker_pool import WorkerPool


@dataclass(frozen=True, slots=True)
class Parts:
    """The supervisor's parts, each complete before it is put in here."""

    settings: Settings
    store: Store
    journal: Journal
    commit: GroupCommit
    jobs: JobTable
    counters: Counters
    admission: Admission
    conditions: Conditions
    limits: Limits
    daily_budget: DailyBudget
    pool: WorkerPool
    clock: ClockGuard
    own_folders: OwnFolders

    @property
    def folder(self) -> Path:
        """The state folder."""
        return self.store.path.parent
