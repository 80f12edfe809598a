"""Where the workers are: hires them, listens to them, and has them buried with proof."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

from bus.contract.settings import INTERNAL_AGENTS, Settings
from bus.system.proc import POLL_S, exit_in_words, read_stat
from bus.transport.codec import CodecError, Decoder
from bus.transport.delivery import Verdict
from bus.transport.peers import PeerWatch
from bus.transport.sockets import Channel
from bus.wire.worker import MAX_MESSAGE_BYTES, AnySaid, DataChanged, Heartbeat, Ready, ToSupervisor
from supervisor.processes.spawner import Spawner, WorkerProcess
from supervisor.storage.store import Store
from supervisor.workers.data_folders import DataFolders
from supervisor.workers.orphan_attribution import Orphans
from supervisor.workers.reaper import Reaper
from supervisor.workers.warm_pool import WarmPool
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

REFILL_AFTER_S = 0.05

_decode_control: Decoder[ToSupervisor] = Decoder(ToSupervisor)
_decode_said: Decoder[AnySaid] = Decoder(AnySaid)


class Listener(Protocol):
    """Who hears of what the workers do."""

    def worker_ready(self, worker: Worker) -> None: ...
    def worker_heard(self, worker: Worker, *, begun: bool) -> None: ...
    def data_changed(self, worker: Worker, fingerprint: str) -> None: ...
    def worker_said(self, worker: Worker, said: AnySaid) -> None: ...
    def worker_exited(self, worker: Worker) -> None: ...
    def worker_gone(self, worker: Worker, exit_words: str) -> None: ...


class WorkerPool:
    """All workers of this supervisor."""

    def __init__(self, settings: Settings, spawner: Spawner, store: Store, scratch_root: Path) -> None:
        self._settings = settings
        self._spawner = spawner
        self._store = store
        self._scratch_root = scratch_root
        self._by_token: dict[bytes, Worker] = {}
        self._folders = DataFolders()
        self.spares = WarmPool(settings.worker.spare_workers, self._hire)
        self._refill: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.stray_messages = 0

    def open(self, control: Channel, collector: Channel, peers: PeerWatch, endpoints: tuple[str, str]) -> None:
        """The channels on which workers are heard, and the endpoints they connect to."""
        self.control = control
        self._reaper = Reaper(collector, peers, Orphans(lambda: self._spawner.own_children), lambda: self.workers)
        self._endpoints = endpoints

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    @property
    def workers(self) -> list[Worker]:
        return list(self._by_token.values())

    def get(self, agent: str) -> Worker:
        """A worker for this agent, a warm one if there is one; the listener hears when another is ready, and when it
        is gone."""
        if agent not in INTERNAL_AGENTS:
            self.spares.want(agent)
        while (spare := self.spares.take(agent)) is not None:
            if spare.process is None or _usable(spare, spare.process):
                return spare
            _kill(spare.process)
        return self._hire(agent)

    def refill_soon(self) -> None:
        """Replace the spares that were taken, once the jobs that took them have had a head start."""
        if self.spares.per_agent and self._refill is None:
            self._refill = asyncio.get_running_loop().call_later(REFILL_AFTER_S, self._refill_now)

    def keep_warm(self, agent: str) -> None:
        """Have spares of this agent before anybody asks."""
        self.spares.want(agent)
        self.refill_soon()

    def check_spares(self) -> None:
        """Kill spares that never became ready or are outdated, and replace what is missing. To be called now and
        then."""
        self._folders.look()
        for process in self.spares.give_up_outdated():
            _kill(process)
        now = asyncio.get_running_loop().time()
        for worker in self.spares.late(now, self._settings.worker.start_timeout_s):
            if worker.process is not None:
                self.spares.lost(worker, now)
                _kill(worker.process)
        self.refill_soon()

    async def dismiss_spares(self) -> None:
        """Kill every spare, and wait until no worker is left."""
        if self._refill is not None:
            self._refill.cancel()
        self.spares.dismiss()
        while self._by_token:
            for worker in self.workers:
                if worker.process is not None and worker.job_id is None:
                    _kill(worker.process)
            await asyncio.sleep(POLL_S)

    def _refill_now(self) -> None:
        self._refill = None
        self.spares.refill(asyncio.get_running_loop().time())

    def _hire(self, agent: str) -> Worker:
        worker = Worker(agent, self._settings, self._endpoints, self._scratch_root, self._folders)
        self._by_token[worker.token] = worker
        self._run(self._spawn(worker))
        return worker

    # ---- what workers say

    def on_control(self, frames: list[bytes]) -> None:
        try:
            message = _decode_control(frames[-1])
        except CodecError:
            message = None
        worker = self._by_token.get(message.token) if message is not None else None
        if worker is None:
            self._stray("control", frames)
            return
        worker.connection = frames[0]
        if not worker.ready and isinstance(message, Ready | Heartbeat):  # a heartbeat says it too, should it be lost
            worker.ready = True
            _note_baseline(worker)
            self._listener.worker_ready(worker)
        elif isinstance(message, DataChanged):
            self._listener.data_changed(worker, message.fingerprint)
        elif isinstance(message, Heartbeat):
            # Should the last acknowledgement have been lost, this one stands in for it.
            worker.acknowledge(self.control, resend=worker.order.missing)
            self._listener.worker_heard(worker, begun=message.begun)

    def on_event(self, frames: list[bytes]) -> None:
        size = len(frames[0])
        try:
            said = _decode_said(frames[0]) if len(frames) == 1 and size <= MAX_MESSAGE_BYTES else None
        except CodecError:
            said = None
        worker = self._by_token.get(said.token) if said is not None else None
        if worker is None or said is None:
            self._stray("event", frames)
            return
        verdict = worker.order.judge(said.first, said.count)
        if verdict is Verdict.TAKE:
            worker.pace.took(size)
            self._listener.worker_said(worker, said)
        elif verdict is Verdict.REPEAT:
            worker.acknowledge(self.control)
        # What a broken line has lost comes again by itself with the next one. Were each event after a gap a reason to
        # ask for it, such a line would carry its window a hundred times; a heartbeat later is soon enough.

    def _stray(self, kind: str, frames: list[bytes]) -> None:
        self.stray_messages += 1
        if self.stray_messages in (1, 10, 100, 1000):
            log.warning(
                "ignored a stray %s message of %d bytes (%d so far)",
                kind,
                sum(map(len, frames)),
                self.stray_messages,
                extra={"action": "stray"},
            )

    # ---- spawning and reaping

    async def _spawn(self, worker: Worker) -> None:
        try:
            process = await self._spawner.spawn(worker.spec(), lambda code: self._run(self._bury(worker, code)))
        except Exception as error:
            log.exception("a worker could not be started", extra={"action": "spawn"})
            # It may have been forked after all, by a fork server that died before it could say so.
            await self._reaper.sweep(worker)
            await self._reaper.clear(worker)
            self._forget(worker)
            self._listener.worker_gone(worker, f"could not be started ({error})")
            return
        worker.process = process
        if worker.ready:  # it was quicker than we
            _note_baseline(worker)
        self._store.worker_born(process.pid, process.started, str(worker.scratch))

    async def _bury(self, worker: Worker, code: int) -> None:
        process = worker.process
        assert process is not None
        self.spares.lost(worker, asyncio.get_running_loop().time())  # before anybody takes it for a living one
        self._listener.worker_exited(worker)
        await self._reaper.drain(process)
        await self._reaper.sweep(worker)
        await self._reaper.clear(worker)
        self._store.worker_gone(process.pid, process.started)
        self._forget(worker)
        self._listener.worker_gone(worker, exit_in_words(code))

    def _forget(self, worker: Worker) -> None:
        self.spares.lost(worker, asyncio.get_running_loop().time())
        worker.connection = None
        self._by_token.pop(worker.token, None)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _note_baseline(worker: Worker) -> None:
    """What a ready worker has in memory does not count against its limit. Without a descriptor to look, all counts."""
    with contextlib.suppress(OSError):
        stat = read_stat(worker.pid) if worker.pid is not None else None
        worker.baseline_bytes = stat.resident_bytes if stat else 0


def _usable(spare: Worker, process: WorkerProcess) -> bool:
    """A spare at which nobody can look, for want of a descriptor for example, is none."""
    try:
        return process.lives and not spare.outdated
    except OSError as error:
        log.warning("cannot look at spare %r: %s; taking another", spare, error, extra={"action": "spare"})
        return False


def _kill(process: WorkerProcess) -> None:
    """Where its descendants cannot be looked for, its group is killed all the same; the others are swept after it."""
    with contextlib.suppress(OSError):
        process.kill()
