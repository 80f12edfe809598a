"""All worker processes: starts them, receives what they send, and has them reaped, with proof."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from bus.address import Address, broker_socket
from bus.contract.settings import INTERNAL_AGENTS, Settings
from bus.contract.vocabulary import Proof
from bus.system.proc import POLL_S, read_stat
from bus.transport.codec import CodecError, Decoder
from bus.transport.delivery import Verdict
from bus.transport.peers import PeerWatch
from bus.transport.sockets import Channel, Context, bind_collector, bind_router
from bus.wire.worker import (
    MAX_CONTROL_BYTES,
    MAX_MESSAGE_BYTES,
    AnyWorkerMessage,
    DataChanged,
    Heartbeat,
    ModelNoted,
    Ready,
    ToSupervisor,
)
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import Spawner, WorkerProcess
from supervisor.storage.store import Store
from supervisor.workers.data_folders import DataFolders
from supervisor.workers.descriptors import Descriptors
from supervisor.workers.reaper import Reaper
from supervisor.workers.warm_pool import WarmPool
from supervisor.workers.worker import Listener, Worker, WorkerContext, scratch_root

log = logging.getLogger(__name__)

REFILL_AFTER_S = 0.05

_decode_control: Decoder[ToSupervisor] = Decoder(ToSupervisor)
_decode_message: Decoder[AnyWorkerMessage] = Decoder(AnyWorkerMessage)


class WorkerPool:
    """All workers of this supervisor. Makes and closes the channels on which they are heard."""

    def __init__(self, settings: Settings, spawner: Spawner, store: Store, context: Context, address: Address) -> None:
        self._settings = settings
        self._spawner = spawner
        self._store = store
        self._by_token: dict[bytes, Worker] = {}
        self._folders = DataFolders()
        self._address = address
        self._descriptors = Descriptors(lambda: sum(not worker.ready for worker in self._by_token.values()))
        self._control = Channel(bind_router(context, address.control, MAX_CONTROL_BYTES), self._on_control)
        collector = bind_collector(context, address.collector, MAX_MESSAGE_BYTES)
        self._peers = PeerWatch(collector)
        self._collector = Channel(collector, self._on_event)
        self._reaper = Reaper((self._control, self._collector), self._peers, spawner.containment.look_again_s)
        self._context = WorkerContext(
            settings,
            self._control,
            (address.control, address.collector),
            scratch_root(settings, Path(address.runtime_dir)),
            self._folders,
            str(broker_socket(address)),
        )
        self._warm = WarmPool(settings.worker.spare_workers, self._request)
        self._refill: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stray_messages = 0
        self._closed = False

    def __repr__(self) -> str:
        return f"<WorkerPool {len(self._by_token)} workers, {self.warm} warm>"

    def close(self) -> None:
        """No worker can be got any more, and none is heard."""
        self._closed = True
        self._peers.close()
        self._collector.close()
        self._control.close()

    @property
    def bind_again(self) -> dict[str, Callable[[], None]]:
        """For each endpoint on which workers are heard: listen there once more, as its file was removed."""
        return {
            self._address.control: lambda: self._control.bind_again(self._address.control),
            self._address.collector: lambda: self._collector.bind_again(self._address.collector),
        }

    @property
    def shortage(self) -> str:
        """Why no job can have a worker now, for people; empty where one can. Warm workers give way to it."""
        return self._descriptors.shortage(self.warm)

    @property
    def workers(self) -> list[Worker]:
        return list(self._by_token.values())

    @property
    def warm(self) -> int:
        """How many workers wait for a job, ready."""
        return self._warm.ready

    @property
    def proof(self) -> Proof:
        """How it is found that nothing of a worker is left."""
        return self._spawner.containment.proof

    @property
    def controllers(self) -> frozenset[str]:
        """What the kernel limits of each worker."""
        return self._spawner.containment.controllers

    @property
    def stray_messages(self) -> int:
        """How many messages came that no living worker has sent."""
        return self._stray_messages

    def get(self, agent: str, job_id: str, listener: Listener) -> Worker:
        """A worker of this agent for the job, a warm one if there is one; the listener hears of it from now on."""
        if agent not in INTERNAL_AGENTS:
            self._warm.want(agent)
        worker = self._take_warm(agent) or self._request_for_job(agent)
        worker.assign(job_id, listener)
        return worker

    def refill_soon(self) -> None:
        """Replace the warm workers that were taken, once the jobs that took them have had a head start."""
        if self._warm.per_agent and self._refill is None:
            self._refill = asyncio.get_running_loop().call_later(REFILL_AFTER_S, self._refill_now)

    def keep_warm(self, agent: str) -> None:
        """Have warm workers of this agent before anybody asks."""
        self._warm.want(agent)
        self.refill_soon()

    def check_warm(self) -> None:
        """Kill warm workers that never became ready or are outdated, and replace what is missing; give workers whose
        scratch folder has vanished another one. To be called now and then."""
        self._folders.look()
        for worker in self.workers:
            worker.look_after_scratch()
        for worker in self._warm.remove_outdated():
            _kill(worker)
        now = asyncio.get_running_loop().time()
        for worker in self._warm.late(now, self._settings.worker.start_timeout_s):
            if worker.process is not None:
                self._warm.lost(worker, now)
                _kill(worker)
        self.refill_soon()

    async def dismiss_warm(self) -> None:
        """Kill every warm worker, and wait until no worker is left."""
        if self._refill is not None:
            self._refill.cancel()
        self._warm.dismiss()
        while self._by_token:
            for worker in self.workers:
                if worker.job_id is None:
                    _kill(worker)
            await asyncio.sleep(POLL_S)

    def _take_warm(self, agent: str) -> Worker | None:
        while (worker := self._warm.take(agent)) is not None:
            if worker.process is None or _usable(worker, worker.process):
                return worker
            _kill(worker)
        return None

    def _refill_now(self) -> None:
        self._refill = None
        self._warm.refill(asyncio.get_running_loop().time(), lambda: not self._descriptors.shortage())

    def _request_for_job(self, agent: str) -> Worker:
        """Where descriptors are short, in the place of a warm worker of another agent."""
        if self._descriptors.shortage() and (spare := self._warm.give_up()) is not None:
            _kill(spare)
        return self._request(agent)

    def _request(self, agent: str) -> Worker:
        if self._closed:
            raise RuntimeError("the pool is closed")
        worker = Worker(agent, self._context)
        self._by_token[worker.token] = worker
        self._run(self._spawn(worker))
        return worker

    # ---- what workers send

    def _on_control(self, frames: list[bytes]) -> None:
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
            if worker.listener is not None:
                worker.listener.worker_ready(worker)
        elif isinstance(message, DataChanged) and worker.listener is not None:
            worker.listener.data_changed(worker, message.fingerprint)
        elif isinstance(message, ModelNoted) and worker.listener is not None:
            worker.listener.model_noted(worker, message.note)
        elif isinstance(message, Heartbeat):
            # Should the last acknowledgement have been lost, this one stands in for it.
            worker.acknowledge(resend=worker.order.missing)
            if worker.listener is not None:
                worker.listener.worker_heard(worker, message)

    def _on_event(self, frames: list[bytes]) -> None:
        size = len(frames[0])
        try:
            message = _decode_message(frames[0]) if len(frames) == 1 and size <= MAX_MESSAGE_BYTES else None
        except CodecError:
            message = None
        worker = self._by_token.get(message.token) if message is not None else None
        if worker is None or message is None:
            self._stray("event", frames)
            return
        verdict = worker.order.judge(message.first, message.count)
        if verdict is Verdict.TAKE:
            worker.pace.took(size)
            if worker.listener is not None:
                worker.listener.on_worker_message(worker, message)
            else:
                worker.dropped += 1
        elif verdict is Verdict.REPEAT:
            worker.acknowledge()
        # What a broken line has lost comes again by itself with the next one. Were each event after a gap a reason to
        # ask for it, such a line would carry its window a hundred times; a heartbeat later is soon enough.

    def _stray(self, kind: str, frames: list[bytes]) -> None:
        self._stray_messages += 1
        if self._stray_messages in (1, 10, 100, 1000):
            log.warning(
                "ignored a stray %s message of %d bytes (%d so far)",
                kind,
                sum(map(len, frames)),
                self._stray_messages,
                extra={"action": "stray"},
            )

    # ---- spawning and reaping

    async def _spawn(self, worker: Worker) -> None:
        try:
            enclosure = worker.enclosure = self._spawner.containment.enclose(worker.worker_id, worker.limits)
        except OSError as error:
            log.exception("nothing could be made that holds a worker", extra={"action": "spawn"})
            self._finalize(worker, f"could not be started ({error})")
            return
        try:
            process = await self._spawner.spawn(
                worker.spec(), enclosure, lambda words: self._run(self._reap(worker, enclosure, words))
            )
        except Exception as error:
            log.exception("a worker could not be started", extra={"action": "spawn"})
            # It may have been forked after all, by a fork server that died before it could say so.
            await self._bury(worker, enclosure)
            self._finalize(worker, f"could not be started ({error})")
            return
        worker.process = process
        if worker.ready:  # its message came before the fork server's
            _note_baseline(worker)
        self._store.worker_started(process.pid, process.started, str(worker.scratch))

    async def _reap(self, worker: Worker, enclosure: Enclosure, exit_words: str) -> None:
        process = worker.process
        assert process is not None
        self._warm.lost(worker, asyncio.get_running_loop().time())  # before a job takes it for a living one
        if worker.listener is not None:
            worker.listener.worker_exited(worker)
        await self._reaper.collect_events(process)
        await self._bury(worker, enclosure)
        self._store.worker_gone(process.pid, process.started)
        self._finalize(worker, exit_words)

    async def _bury(self, worker: Worker, enclosure: Enclosure) -> None:
        await self._reaper.sweep(worker, enclosure)
        worker.proof, worker.limit_hit, worker.counted = self.proof, enclosure.limit_hit(), enclosure.counted()
        await self._reaper.collect_and_remove(worker)
        enclosure.remove()

    def _finalize(self, worker: Worker, exit_words: str) -> None:
        self._warm.lost(worker, asyncio.get_running_loop().time())
        worker.connection = None
        self._by_token.pop(worker.token, None)
        if worker.listener is not None:
            worker.listener.worker_gone(worker, exit_words)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _note_baseline(worker: Worker) -> None:
    """What a ready worker has in memory does not count against its limit. Without a descriptor to look, all counts."""
    with contextlib.suppress(OSError):
        stat = read_stat(worker.pid) if worker.pid is not None else None
        worker.baseline_bytes = stat.resident_bytes if stat else 0


def _usable(worker: Worker, process: WorkerProcess) -> bool:
    """A warm worker that cannot be looked at, for want of a descriptor for example, is not used."""
    try:
        return process.lives and not worker.outdated
    except OSError as error:
        log.warning("cannot look at warm %r: %s; taking another", worker, error, extra={"action": "warm"})
        return False


def _kill(worker: Worker) -> None:
    """Kill its process, if it has one yet. Where its descendants cannot be looked for, its group is killed all the
    same; the others are swept after it."""
    if worker.process is not None:
        with contextlib.suppress(OSError):
            worker.process.kill()
