"""A worker as the machine has it on which it runs: its process, its control line, its files."""

import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bus.address import history_folder
from bus.contract.agents import HISTORY_AGENT, ROLL_UP_AGENT, known_agents, limits_of
from bus.contract.data_place import DataPlace, is_address
from bus.contract.settings import Settings
from bus.system.proc import read_stat
from bus.transport.channel import Channel, Unroutable
from bus.transport.codec import encode
from bus.wire.worker import STACK_NAME, STDERR_NAME, WorkerSpec
from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.cleanup import read_tail, remove_folder, remove_shared_memory
from supervisor.places.data_folders import DataFolders, FolderIdentity
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import WorkerProcess

log = logging.getLogger(__name__)

_TAIL_BYTES = 8_192


@dataclass(frozen=True)
class WorkerContext:
    """What the workers of one place have in common: settings, the channel on which they are told something, the
    endpoints they connect to (control and events), where their scratch folders are made, their data folders, and the
    socket on which a broker serves data that are not on this machine."""

    settings: Settings
    control: Channel
    endpoints: tuple[str, str]
    scratch_root: Path
    folders: DataFolders
    broker: str


class LocalWorker:
    """One worker process, from before it is spawned until it is reaped."""

    def __init__(self, worker_id: str, agent: str, token: bytes, context: WorkerContext, own_folder: str = "") -> None:
        self.worker_id = worker_id
        self.agent = agent
        self.token = token
        self.scratch = context.scratch_root / worker_id
        self.enclosure: Enclosure | None = None
        self.process: WorkerProcess | None = None
        self.ready = False
        self._due: list[Step] = []
        self.baseline_bytes = 0
        self.limits = limits_of(context.settings, agent)
        self.job_id: str | None = None
        self.connection: bytes | None = None
        self._context = context
        place = _data_place(context.settings, agent, context.broker)
        self._data = msgspec.structs.replace(place, own=own_folder)
        self._scratch_vanished = False
        self._folder_then = self._folder_now

    def __repr__(self) -> str:
        return f"<LocalWorker {self.worker_id} agent={self.agent} pid={self.pid} job={self.job_id}>"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def pids(self) -> Iterable[int]:
        """Its process and all that came from it; dead ones may be among them."""
        return self.enclosure.pids() if self.enclosure is not None else ()

    @property
    def outdated(self) -> bool:
        """Whether its data folder has been replaced since it was requested, or its scratch folder has vanished: its
        sandbox still opens the earlier one."""
        if self.process is None:
            return False
        if self._scratch_vanished:
            return True
        then, now = self._folder_then, self._folder_now
        return None not in (then, now) and then != now

    @property
    def _folder_now(self) -> FolderIdentity | None:
        return None if self._data.broker else self._context.folders.identity(self._data.folder)

    def spec(self) -> bytes:
        """What the process is started with."""
        settings = self._context.settings
        control, collector = self._context.endpoints
        return encode(
            WorkerSpec(
                token=self.token,
                agent_name=self.agent,
                agent=known_agents(settings)[self.agent],
                control_endpoint=control,
                events_endpoint=collector,
                scratch=str(self.scratch),
                data=self._data,
                settings=msgspec.structs.replace(settings, limits=self.limits),
            )
        )

    def started(self, process: WorkerProcess) -> None:
        """Its process is known: the steps that came before that are taken."""
        self.process = process
        due, self._due = self._due, []
        for step in due:
            self.do(step)

    def do(self, step: Step) -> None:
        """A step of the kill ladder that is a signal. Until the process is known, which the worker's own first word may
        overtake, the step waits."""
        if self.process is None:
            if step not in self._due:
                self._due.append(step)
        elif step is Step.DUMP_STACK and self.ready:
            self.process.dump_stack()
        elif step is Step.TERMINATE:
            self.process.terminate()
        elif step in (Step.KILL, Step.KILL_AGAIN):
            self.process.kill()

    def tell(self, message: bytes) -> None:
        """Say something over control. A worker that is not connected (any more) does not hear it."""
        if self.connection is not None:
            try:
                self._context.control.send([self.connection, message])
            except Unroutable:
                self.connection = None

    def note_baseline(self) -> None:
        """What a ready worker has in memory does not count against its limit. Without a descriptor to look, all
        counts."""
        with contextlib.suppress(OSError):
            stat = read_stat(self.pid) if self.pid is not None else None
            self.baseline_bytes = stat.resident_bytes if stat else 0

    def renew_scratch(self) -> None:
        """Make its scratch folder anew if it was removed: an agent outside the sandbox can go on with it. Call it now
        and then."""
        if not self.ready or self._scratch_vanished or self.process is None or self.process.exit_words:
            return
        if not self.scratch.exists():
            self._scratch_vanished = True
            text = "the scratch folder of %r has vanished; keep whatever tidies %s away from it"
            log.error(text, self, self.scratch.parent, extra={"action": "scratch"})
            with contextlib.suppress(OSError):
                self.scratch.mkdir(parents=True, mode=0o700)

    def last_words(self) -> dict[str, str]:
        """The end of what the dead worker wrote to standard error, and its stack dump if one was asked for."""
        return {
            "stderr": read_tail(self.scratch / STDERR_NAME, _TAIL_BYTES),
            "stack": read_tail(self.scratch / STACK_NAME, _TAIL_BYTES),
        }

    def remove_files(self) -> None:
        """Remove the dead worker's shared memory and scratch folder."""
        if self.job_id is not None:
            remove_shared_memory(self.job_id)
        if not remove_folder(self.scratch):
            log.error("scratch folder %s could not be removed", self.scratch, extra={"action": "remove_scratch"})


def scratch_root(settings: Settings, runtime: Path) -> Path:
    """The folder of all scratch folders."""
    return Path(settings.worker.scratch_dir or runtime / "scratch").expanduser()


def _data_place(settings: Settings, agent: str, broker: str) -> DataPlace:
    """What this agent may read: the history's folder for its two agents, the data for all others."""
    if agent in (ROLL_UP_AGENT, HISTORY_AGENT):
        return DataPlace(str(history_folder(settings.supervisor.state_dir)))
    return DataPlace(settings.data.folder, broker if is_address(settings.data.folder) else "")
