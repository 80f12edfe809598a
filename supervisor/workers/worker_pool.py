"""All workers, warm ones and those of jobs: starts them at their place, receives what they send, hears of their end."""

import asyncio
import logging
from collections.abc import Callable

from bus.contract.agents import INTERNAL_AGENTS
from bus.contract.settings import Settings
from bus.contract.vocabulary import Proof, Reason
from bus.system.proc import POLL_S
from bus.transport.codec import CodecError, Decoder
from bus.transport.delivery import Verdict
from bus.wire.replies import NodeSummary
from bus.wire.worker import (
    MAX_MESSAGE_BYTES,
    AnyWorkerMessage,
    DataChanged,
    Heartbeat,
    ModelNoted,
    Ready,
    ToSupervisor,
)
from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.local_place import LocalPlace
from supervisor.places.place import Gone, Place, PlaceListener, Sample
from supervisor.workers.descriptors import Descriptors
from supervisor.workers.placement import Machines, Placement
from supervisor.workers.resource_limits import exceeded
from supervisor.workers.warm_pool import WarmPool, kill
from supervisor.workers.worker import Listener, Worker

log = logging.getLogger(__name__)

_decode_control: Decoder[ToSupervisor] = Decoder(ToSupervisor)
_decode_message: Decoder[AnyWorkerMessage] = Decoder(AnyWorkerMessage)


class WorkerPool:
    """All workers of this supervisor. `make_here` makes this machine's place, `make_machines` those of others, whose
    workers are heard here; where there are others, they do what people ask."""

    def __init__(
        self,
        settings: Settings,
        make_here: Callable[[PlaceListener], LocalPlace],
        make_machines: Callable[[PlaceListener], Machines] | None = None,
    ) -> None:
        self._settings = settings
        self._by_token: dict[bytes, Worker] = {}
        self._by_id: dict[str, Worker] = {}
        self._descriptors = Descriptors(self._starting_here)
        self._here = make_here(self)
        self._placement = Placement(self._here, make_machines(self) if make_machines is not None else None)
        self._warm = WarmPool(
            self._placement, settings.worker.warm_workers, self._request, has_room_here=self._has_room_here
        )
        self._stray_messages = 0
        self._closed = False

    def __repr__(self) -> str:
        return f"<WorkerPool {len(self._by_token)} workers, {self.warm} warm>"

    def close(self) -> None:
        """No worker can be got any more, and none is heard."""
        self._closed = True
        self._here.close()

    @property
    def bind_again(self) -> dict[str, Callable[[], None]]:
        """For each endpoint on which workers are heard: listen there once more, as its file was removed."""
        return self._here.bind_again

    @property
    def shortage(self) -> str:
        """Why no job can have a worker now, for people; empty where one can. Warm workers give way to it."""
        return self._descriptors.shortage(self._warm.ready_at(self._here))

    def no_room(self, agent: str) -> str:
        """Why no job of this agent can begin now, for people, although nothing is wrong; empty where one can."""
        return self._placement.no_room(agent)

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
        return self._here.proof

    @property
    def controllers(self) -> frozenset[str]:
        """What the kernel limits of each worker."""
        return self._here.controllers

    @property
    def nodes(self) -> list[NodeSummary]:
        """The other machines, as they are now."""
        return self._placement.machines.summaries()

    def drain_node(self, name: str, *, undo: bool) -> bool:
        """Use this other machine no more, or with `undo` again. False where there is none of that name."""
        return self._placement.machines.drain(name, undo=undo)

    @property
    def stray_messages(self) -> int:
        """How many messages came that no living worker has sent."""
        return self._stray_messages

    def get(self, agent: str, job_id: str, listener: Listener, own_folder: str = "") -> Worker:
        """A worker of this agent for the job, a warm one if there is one; the listener hears of it from now on. One
        that may open a folder of a user's own is made for the job, on this machine: no warm one knows its user."""
        if agent not in INTERNAL_AGENTS:
            self._warm.want(agent)
        if own_folder:
            worker = self._request_for_job(self._here, agent, own_folder)
            worker.assign(job_id, listener)
            return worker
        place = self._placement.choose(agent, lambda place: self._warm.is_ready_at(place, agent))
        worker = self._warm.take(place, agent) or self._request_for_job(place, agent)
        worker.assign(job_id, listener)
        return worker

    def refill_soon(self) -> None:
        """Replace the warm workers that were taken, once the jobs that took them have had a head start."""
        self._warm.refill_soon()

    def keep_warm(self, agent: str) -> None:
        """Start warm workers of this agent ahead of its first question."""
        self._warm.want(agent)
        self._warm.refill_soon()

    def check_warm(self) -> None:
        """Kill warm workers that are of no use any more, and replace what is missing. To be called now and then."""
        self._here.refresh_folders()
        for worker in self.workers:
            if worker.job_id is None and worker.place in self._placement.machines.draining:
                kill(worker)
        self._warm.check(self._settings.worker.start_timeout_s)

    async def dismiss_warm(self) -> None:
        """Kill every warm worker, and wait until no worker is left."""
        self._warm.dismiss()
        while self._by_token:
            for worker in self.workers:
                if worker.job_id is None:
                    kill(worker)
            await asyncio.sleep(POLL_S)

    def _starting_here(self) -> int:
        return sum(not worker.ready and worker.place is self._here for worker in self._by_token.values())

    def _has_room_here(self) -> bool:
        return not self._descriptors.shortage()

    def _request_for_job(self, place: Place, agent: str, own_folder: str = "") -> Worker:
        """Where descriptors are short, in the place of a warm worker of another agent."""
        if place is self._here and not self._has_room_here():
            self._warm.give_up_one(place)
        return self._request(place, agent, own_folder)

    def _request(self, place: Place, agent: str, own_folder: str = "") -> Worker:
        if self._closed:
            raise RuntimeError("the pool is closed")
        worker = Worker(agent, self._settings, place, own_folder)
        self._by_token[worker.token] = self._by_id[worker.worker_id] = worker
        place.spawn(worker.worker_id, agent, worker.token, own_folder)
        return worker

    # ---- what is heard of their place

    def spawned(self, worker_id: str, pid: int) -> None:
        """The worker has a process."""
        if worker := self._by_id.get(worker_id):
            worker.pid = pid

    def control(self, frame: bytes) -> None:
        """A worker says something over control."""
        try:
            message = _decode_control(frame)
        except CodecError:
            message = None
        worker = self._by_token.get(message.token) if message is not None else None
        if worker is None:
            self._stray("control", [frame])
            return
        if not worker.ready and isinstance(message, Ready | Heartbeat):  # a heartbeat says it too, should it be lost
            worker.ready = True
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

    def said(self, frames: list[bytes]) -> None:
        """A worker sends events."""
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

    def sample(self) -> None:
        """Have each worker measured, and report those that use too much. To be called now and then."""
        self._here.sample()

    def sampled(self, worker_id: str, sample: Sample) -> None:
        """A worker uses so much."""
        worker = self._by_id.get(worker_id)
        if worker is None:
            return
        worker.sampled(sample)
        if worker.listener is not None:
            for reason, words in exceeded(sample, worker.limits):
                worker.listener.exceeded(worker, reason, words)

    def look_at_processes(self) -> None:
        """Where a worker forks without end, know it soon. To be called each `process_watch.LOOK_S`."""
        self._here.look_at_processes()

    def overcrowded(self, worker_id: str, reason: Reason, words: str) -> None:
        """A worker has more processes, or connections, than it may."""
        if (worker := self._by_id.get(worker_id)) is None:
            return
        if worker.listener is not None:
            worker.listener.overcrowded(worker, reason, words)
        else:
            worker.do(Step.KILL)

    def exited(self, worker_id: str) -> None:
        """A worker's process is reaped; what it has left may still live."""
        worker = self._by_id[worker_id]
        self._warm.lost(worker)  # before a job takes it for a living one
        if worker.listener is not None:
            worker.listener.worker_exited(worker)

    def gone(self, worker_id: str, gone: Gone) -> None:
        """Nothing of a worker is left, or it could not be started."""
        worker = self._by_id.pop(worker_id)
        self._warm.lost(worker)
        del self._by_token[worker.token]
        worker.proof, worker.last_words, worker.with_its_node = gone.proof, gone.last_words, gone.with_its_node
        worker.limit_hit, worker.counted = gone.limit_hit, gone.counted
        if worker.listener is not None:
            worker.listener.worker_gone(worker, gone.exit_words)

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
