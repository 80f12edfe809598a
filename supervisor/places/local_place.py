"""This machine as a place for workers: starts their processes, carries what is said, and reaps them, with proof."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

from bus.address import Address, broker_socket
from bus.contract.settings import Settings
from bus.contract.vocabulary import Proof
from bus.transport.channel import Channel
from bus.transport.codec import CodecError, Decoder
from bus.transport.peers import PeerWatch
from bus.transport.sockets import Context, bind_collector, bind_router
from bus.wire.worker import MAX_CONTROL_BYTES, MAX_MESSAGE_BYTES, Heartbeat, Ready, ToSupervisor
from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.data_folders import DataFolders
from supervisor.places.local_worker import LocalWorker, WorkerContext, scratch_root
from supervisor.places.place import Gone, PlaceListener
from supervisor.places.reaper import Reaper
from supervisor.places.usage.connection_watch import ConnectionWatch
from supervisor.places.usage.process_watch import ProcessWatch
from supervisor.places.usage.resource_monitor import ResourceMonitor
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import Spawner

log = logging.getLogger(__name__)

_decode_control: Decoder[ToSupervisor] = Decoder(ToSupervisor)


class Ledger(Protocol):
    """Keeps which processes there are, beyond the end of this one."""

    def worker_started(self, pid: int, started: int, scratch: str) -> None: ...
    def worker_gone(self, pid: int, started: int) -> None: ...


class LocalPlace:
    """Makes and closes the channels on which its workers are heard."""

    name = ""

    def __init__(
        self,
        settings: Settings,
        spawner: Spawner,
        ledger: Ledger,
        bus: tuple[Context, Address],
        listener: PlaceListener,
    ) -> None:
        self._spawner = spawner
        self._ledger = ledger
        self._listener = listener
        self._workers: dict[str, LocalWorker] = {}
        self._by_token: dict[bytes, LocalWorker] = {}
        self._folders = DataFolders()
        context, self._address = bus
        address = self._address
        self._control = Channel(bind_router(context, address.control, MAX_CONTROL_BYTES), self._on_control)
        collector = bind_collector(context, address.collector, MAX_MESSAGE_BYTES)
        self._peers = PeerWatch(collector)
        self._collector = Channel(collector, listener.said)
        self._reaper = Reaper((self._control, self._collector), self._peers, spawner.containment.look_again_s)
        self._monitor = ResourceMonitor(listener.sampled)
        self._processes = ProcessWatch(listener.overcrowded, spawner.containment.tidy)
        self._connections = ConnectionWatch(self._ids_by_pid, listener.overcrowded)
        self._context = WorkerContext(
            settings,
            self._control,
            (address.control, address.collector),
            scratch_root(settings, Path(address.runtime_dir)),
            self._folders,
            str(broker_socket(address)),
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<LocalPlace {len(self._workers)} workers>"

    def close(self) -> None:
        """No worker is heard any more."""
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
    def proof(self) -> Proof:
        return self._spawner.containment.proof

    @property
    def controllers(self) -> frozenset[str]:
        """What the kernel limits of each worker."""
        return self._spawner.containment.controllers

    def refresh_folders(self) -> None:
        """Look at the data folders again, and give workers whose scratch folder has vanished another one. To be called
        now and then."""
        self._folders.look()
        for worker in self._workers.values():
            worker.renew_scratch()

    def outdated_ones(self) -> set[str]:
        """The ids of the workers whose sandbox opens a data folder that was replaced by another meanwhile."""
        return {worker.worker_id for worker in self._workers.values() if worker.outdated}

    def hear_again(self) -> None:
        """Have every worker send its unacknowledged events again, which a new subscription makes it do."""
        self._collector.unsubscribe(b"")
        self._collector.subscribe(b"")

    def sample(self) -> None:
        """Measure each worker once, and count its processes."""
        workers = list(self._workers.values())
        self._monitor.sample(workers)
        self._processes.count(workers)

    def look_at_processes(self) -> None:
        """Count them where there are many more on the machine, and connections where there are many more here. To be
        called each `process_watch.LOOK_S`."""
        self._processes.look(list(self._workers.values()))
        self._connections.look()

    # ---- the seam

    def spawn(self, worker_id: str, agent: str, token: bytes, own_folder: str = "") -> None:
        worker = LocalWorker(worker_id, agent, token, self._context, own_folder)
        self._workers[worker_id] = self._by_token[token] = worker
        self._run(self._spawn(worker))

    def assigned(self, worker_id: str, job_id: str) -> None:
        if worker := self._workers.get(worker_id):
            worker.job_id = job_id

    def tell(self, worker_id: str, message: bytes) -> None:
        if worker := self._workers.get(worker_id):
            worker.tell(message)

    def do(self, worker_id: str, step: Step) -> None:
        if worker := self._workers.get(worker_id):
            worker.do(step)

    def lives(self, worker_id: str) -> bool:
        worker = self._workers.get(worker_id)
        return worker is not None and (worker.process is None or worker.process.lives)

    def outdated(self, worker_id: str) -> bool:
        worker = self._workers.get(worker_id)
        return worker is not None and worker.outdated

    # ---- inside

    def _ids_by_pid(self) -> dict[int, str]:
        return {worker.pid: worker.worker_id for worker in self._workers.values() if worker.pid is not None}

    def _on_control(self, frames: list[bytes]) -> None:
        with contextlib.suppress(CodecError):
            message = _decode_control(frames[-1])
            if worker := self._by_token.get(message.token):
                self._heard(worker, message, frames[0])
        self._listener.control(frames[-1])

    def _heard(self, worker: LocalWorker, message: ToSupervisor, connection: bytes) -> None:
        worker.connection = connection
        if not worker.ready and isinstance(message, Ready | Heartbeat):  # a heartbeat says it too, should it be lost
            worker.ready = True
            worker.note_baseline()

    async def _spawn(self, worker: LocalWorker) -> None:
        try:
            enclosure = worker.enclosure = self._spawner.containment.enclose(worker.worker_id, worker.limits)
        except OSError as error:
            log.exception("nothing could be made that holds a worker", extra={"action": "spawn"})
            self._finalize(worker, Gone(f"could not be started ({error})"))
            return
        try:
            process = await self._spawner.spawn(
                worker.spec(), enclosure, lambda words: self._run(self._reap(worker, enclosure, words))
            )
        except Exception as error:
            log.exception("a worker could not be started", extra={"action": "spawn"})
            # It may have been forked after all, by a fork server that died before it could say so.
            self._finalize(worker, await self._sweep_and_collect(worker, enclosure, f"could not be started ({error})"))
            return
        worker.started(process)
        if worker.ready:  # its message came before the fork server's
            worker.note_baseline()
        self._ledger.worker_started(process.pid, process.started, str(worker.scratch))
        self._listener.spawned(worker.worker_id, process.pid)

    async def _reap(self, worker: LocalWorker, enclosure: Enclosure, exit_words: str) -> None:
        process = worker.process
        assert process is not None
        self._listener.exited(worker.worker_id)
        await self._reaper.collect_events(process)
        gone = await self._sweep_and_collect(worker, enclosure, exit_words)
        self._ledger.worker_gone(process.pid, process.started)
        self._finalize(worker, gone)

    async def _sweep_and_collect(self, worker: LocalWorker, enclosure: Enclosure, exit_words: str) -> Gone:
        await self._reaper.sweep(worker, enclosure)
        limit_hit, counted = enclosure.limit_hit(), enclosure.counted()
        last_words = await self._reaper.collect_and_remove(worker)
        enclosure.remove()
        return Gone(exit_words, self.proof, last_words, limit_hit=limit_hit, counted=counted)

    def _finalize(self, worker: LocalWorker, gone: Gone) -> None:
        del self._workers[worker.worker_id], self._by_token[worker.token]
        self._listener.gone(worker.worker_id, gone)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
