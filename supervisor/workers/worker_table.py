"""The workers that there are, each from its request until it is reaped, and what is heard of them."""

import logging

from bus.contract.vocabulary import Reason
from bus.transport.codec import CodecError, Decoder
from bus.transport.delivery import Verdict
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
from supervisor.places.place import Gone, Place, Sample
from supervisor.workers.resource_limits import exceeded
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

_decode_control: Decoder[ToSupervisor] = Decoder(ToSupervisor)
_decode_message: Decoder[AnyWorkerMessage] = Decoder(AnyWorkerMessage)


class WorkerTable:
    """Hears all places of workers: finds the worker that is meant, and tells its listener, if it has one."""

    def __init__(self) -> None:
        self._by_token: dict[bytes, Worker] = {}
        self._by_id: dict[str, Worker] = {}
        self._stray_messages = 0

    def __repr__(self) -> str:
        return f"<WorkerTable {len(self._by_token)} workers>"

    @property
    def workers(self) -> list[Worker]:
        return list(self._by_token.values())

    @property
    def stray_messages(self) -> int:
        """How many messages came that no living worker has sent."""
        return self._stray_messages

    def add(self, worker: Worker) -> None:
        """Know this worker, which is about to be spawned at its place."""
        self._by_token[worker.token] = self._by_id[worker.worker_id] = worker

    def starting_at(self, place: Place) -> int:
        """How many of the workers at that place are not ready yet."""
        return sum(not worker.ready and worker.place is place for worker in self._by_token.values())

    # ---- what is heard of their place

    def spawned(self, worker_id: str, pid: int) -> None:
        """The worker has a process now, with this id."""
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
        """A worker sends events or its outcome: taken once and in order, by the numbers that they bear."""
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

    def sampled(self, worker_id: str, sample: Sample) -> None:
        """A worker was measured: its listener hears of each limit that it is beyond."""
        worker = self._by_id.get(worker_id)
        if worker is None:
            return
        worker.sampled(sample)
        if worker.listener is not None:
            for reason, words in exceeded(sample, worker.limits):
                worker.listener.exceeded(worker, reason, words)

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
        worker.lost()  # before a job takes it for a living one
        if worker.listener is not None:
            worker.listener.worker_exited(worker)

    def gone(self, worker_id: str, gone: Gone) -> None:
        """Nothing of a worker is left, or it could not be started."""
        worker = self._by_id.pop(worker_id)
        worker.lost()
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
