"""The supervisor's side of each worker: its process, its control line, the order of its events."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec

from bus.address import history_folder
from bus.contract.data_place import DataPlace, is_address
from bus.contract.settings import HISTORY_AGENT, ROLL_UP_AGENT, Settings, known_agents, limits_of
from bus.contract.vocabulary import Proof, Reason
from bus.transport.codec import encode
from bus.transport.delivery import AcknowledgePace, ReceiveOrder
from bus.transport.sockets import Channel, Unroutable
from bus.wire.worker import (
    STACK_NAME,
    STDERR_NAME,
    Acknowledge,
    AnyWorkerMessage,
    Heartbeat,
    ToWorker,
    WorkerSpec,
)
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import WorkerProcess
from supervisor.workers.cleanup import read_tail, remove_folder, remove_shared_memory
from supervisor.workers.data_folders import DataFolders, Identity

log = logging.getLogger(__name__)

_TAIL_BYTES = 8_192


class Listener(Protocol):
    """Hears what becomes of the worker that serves a job, and what it sends."""

    def worker_ready(self, worker: "Worker") -> None: ...
    def worker_heard(self, worker: "Worker", heartbeat: Heartbeat) -> None: ...
    def data_changed(self, worker: "Worker", fingerprint: str) -> None: ...
    def model_noted(self, worker: "Worker", note: str) -> None: ...
    def on_worker_message(self, worker: "Worker", message: AnyWorkerMessage) -> None: ...
    def worker_exited(self, worker: "Worker") -> None: ...
    def worker_gone(self, worker: "Worker", exit_words: str) -> None: ...


@dataclass(frozen=True)
class WorkerContext:
    """What the workers of one pool have in common: settings, the channel on which they are told something, the
    endpoints they connect to (control and events), where their scratch folders are made, their data folders, and the
    socket on which a broker serves data that are not on this machine."""

    settings: Settings
    control: Channel
    endpoints: tuple[str, str]
    scratch_root: Path
    folders: DataFolders
    broker: str


class Worker:
    """One worker process, from before it is spawned until it is reaped. It serves at most one job, for a listener."""

    def __init__(self, agent: str, context: WorkerContext) -> None:
        settings = context.settings
        self.worker_id = secrets.token_hex(4)
        self.agent = agent
        self.token = secrets.token_bytes(16)
        self.scratch = context.scratch_root / self.worker_id
        self.order = ReceiveOrder()
        self.logged_through = 0
        self.pace = AcknowledgePace(settings.bus.window_events, settings.bus.window_bytes)
        self.enclosure: Enclosure | None = None
        self.process: WorkerProcess | None = None
        self.ready = False
        self.connection: bytes | None = None
        self.baseline_bytes = 0
        self.peak_bytes = 0
        self.memory_bytes = 0
        self.cpu_s = 0.0
        self.dropped = 0
        self.last_words: dict[str, str] = {}
        self.proof: Proof | None = None
        self.limit_hit: Reason | None = None
        self.counted: dict[str, int] = {}
        self.job_id: str | None = None
        self.listener: Listener | None = None
        self.requested_at = asyncio.get_running_loop().time()
        self._context = context
        self.limits = limits_of(settings, agent)
        self._settings = msgspec.structs.replace(settings, limits=self.limits)
        self._data = _data_place(settings, agent, context.broker)
        self._scratch_vanished = False
        self._folder_then = self._folder_now

    def __repr__(self) -> str:
        pid = self.process.pid if self.process else None
        return f"<Worker {self.worker_id} agent={self.agent} pid={pid} job={self.job_id}>"

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
    def _folder_now(self) -> Identity | None:
        return None if self._data.broker else self._context.folders.identity(self._data.folder)

    def assign(self, job_id: str, listener: Listener) -> None:
        """It serves this job from here on, and the listener hears of it."""
        self.job_id, self.listener = job_id, listener

    def look_after_scratch(self) -> None:
        """Make its scratch folder anew where somebody has removed it: an agent outside the sandbox can go on with it.
        To be called now and then."""
        if not self.ready or self._scratch_vanished or self.process is None or self.process.exit_words:
            return
        if not self.scratch.exists():
            self._scratch_vanished = True
            text = "the scratch folder of %r has vanished; keep whatever tidies %s away from it"
            log.error(text, self, self.scratch.parent, extra={"action": "scratch"})
            with contextlib.suppress(OSError):
                self.scratch.mkdir(parents=True, mode=0o700)

    def spec(self) -> bytes:
        """What the process is started with."""
        control, collector = self._context.endpoints
        return encode(
            WorkerSpec(
                token=self.token,
                agent_name=self.agent,
                agent=known_agents(self._settings)[self.agent],
                control_endpoint=control,
                events_endpoint=collector,
                scratch=str(self.scratch),
                data=self._data,
                settings=self._settings,
            )
        )

    def tell(self, message: ToWorker) -> None:
        """Say something over control. A worker that is not connected (any more) does not hear it."""
        if self.connection is not None:
            try:
                self._context.control.send([self.connection, encode(message)])
            except Unroutable:
                self.connection = None

    def logged(self, *, last: bool) -> None:
        """Everything that was taken so far is in the log: the worker may forget it. It is told so now and then, and at
        once of its last event, for that is what it waits for."""
        self.logged_through = self.order.through
        if self.pace.logged(self.logged_through) or last:
            self.acknowledge()

    def acknowledge(self, *, resend: bool = False) -> None:
        """Say what is in the log; `resend`: and that something is missing after it."""
        self.pace.said(self.logged_through)
        self.tell(Acknowledge(self.logged_through, resend))

    def collect_last_words(self) -> None:
        """Keep the end of what the dead worker wrote to standard error, and its stack dump if one was asked for."""
        self.last_words = {
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
