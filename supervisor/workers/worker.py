"""The supervisor's side of each worker: its process, its control line, the order of its events."""

import asyncio
import logging
import secrets
from pathlib import Path

import msgspec

from bus.address import history_folder
from bus.contract.settings import HISTORY_AGENT, ROLL_UP_AGENT, Settings, known_agents, limits_of
from bus.transport.codec import encode
from bus.transport.delivery import AcknowledgePace, ReceiveOrder
from bus.transport.sockets import Channel, Unroutable
from bus.wire.worker import STACK_NAME, STDERR_NAME, Acknowledge, ToWorker, WorkerSpec
from supervisor.processes.spawner import WorkerProcess
from supervisor.workers.cleanup import read_tail, remove_folder, remove_shared_memory
from supervisor.workers.data_folders import DataFolders

log = logging.getLogger(__name__)

_TAIL_BYTES = 8_192


class Worker:
    """One worker process, from before it is spawned until it is reaped. It serves at most one job."""

    def __init__(
        self,
        agent: str,
        settings: Settings,
        endpoints: tuple[str, str],
        scratch_root: Path,
        folders: DataFolders,
    ) -> None:
        self.worker_id = secrets.token_hex(4)
        self.agent = agent
        self.token = secrets.token_bytes(16)
        self.scratch = scratch_root / self.worker_id
        self.order = ReceiveOrder()
        self.logged_through = 0
        self.pace = AcknowledgePace(settings.bus.window_events, settings.bus.window_bytes)
        self.process: WorkerProcess | None = None
        self.ready = False
        self.connection: bytes | None = None
        self.baseline_bytes = 0
        self.peak_bytes = 0
        self.memory_bytes = 0
        self.cpu_s = 0.0
        self.dropped = 0
        self.last_words: dict[str, str] = {}
        self.job_id: str | None = None
        self.hired_at = asyncio.get_running_loop().time()
        self._control, self._collector = endpoints
        self.limits = limits_of(settings, agent)
        self._settings = msgspec.structs.replace(settings, limits=self.limits)
        self._data_folder = _data_folder(settings, agent)
        self._folders = folders
        self._folder_then = folders.identity(self._data_folder)

    def __repr__(self) -> str:
        pid = self.process.pid if self.process else None
        return f"<Worker {self.worker_id} agent={self.agent} pid={pid} job={self.job_id}>"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def outdated(self) -> bool:
        """Whether its data folder has been replaced since it was born: its fence still stands around the earlier
        one."""
        if self.process is None:
            return False
        then, now = self._folder_then, self._folders.identity(self._data_folder)
        return None not in (then, now) and then != now

    def spec(self) -> bytes:
        """What the process is given at its birth."""
        return encode(
            WorkerSpec(
                token=self.token,
                agent_name=self.agent,
                agent=known_agents(self._settings)[self.agent],
                control_endpoint=self._control,
                events_endpoint=self._collector,
                scratch=str(self.scratch),
                data_folder=self._data_folder,
                settings=self._settings,
            )
        )

    def tell(self, line: Channel, message: ToWorker) -> None:
        """Say something over control. A worker that is not connected (any more) does not hear it."""
        if self.connection is not None:
            try:
                line.send([self.connection, encode(message)])
            except Unroutable:
                self.connection = None

    def logged(self, line: Channel, *, last: bool) -> None:
        """Everything that was taken so far is in the log: the worker may forget it. It is told so now and then, and at
        once of its last event, for that is what it waits for."""
        self.logged_through = self.order.through
        if self.pace.logged(self.logged_through) or last:
            self.acknowledge(line)

    def acknowledge(self, line: Channel, *, resend: bool = False) -> None:
        """Say what is in the log; `resend`: and that something is missing after it."""
        self.pace.said(self.logged_through)
        self.tell(line, Acknowledge(self.logged_through, resend))

    def take_leave(self) -> None:
        """Keep the dead worker's last words: the end of what it wrote to standard error, and its stack dump if one was
        asked for. Then remove its files."""
        self.last_words = {
            "stderr": read_tail(self.scratch / STDERR_NAME, _TAIL_BYTES),
            "stack": read_tail(self.scratch / STACK_NAME, _TAIL_BYTES),
        }
        if not remove_folder(self.scratch):
            log.error("scratch folder %s could not be removed", self.scratch, extra={"action": "remove_scratch"})
        if self.job_id is not None:
            remove_shared_memory(self.job_id)


def _data_folder(settings: Settings, agent: str) -> str:
    """What this agent may read: the history for the two that have to do with it, the data for all others."""
    if agent in (ROLL_UP_AGENT, HISTORY_AGENT):
        return str(history_folder(settings.supervisor.state_dir))
    return settings.data.folder
