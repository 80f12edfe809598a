"""A worker as its job knows it: what it has said, in order, and what was said to it."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Protocol

from bus.contract.agents import limits_of
from bus.contract.settings import Settings
from bus.contract.vocabulary import Proof, Reason
from bus.transport.codec import encode
from bus.transport.delivery import AcknowledgePace, ReceiveOrder
from bus.wire.worker import Acknowledge, AnyWorkerMessage, Cancel, Heartbeat, ToWorker
from supervisor.lifecycle.kill_ladder import Step, StopRequest
from supervisor.places.place import Place, Sample


class Listener(Protocol):
    """Hears what becomes of the worker that serves a job, and what it sends."""

    def worker_ready(self, worker: "Worker") -> None: ...
    def worker_heard(self, worker: "Worker", heartbeat: Heartbeat) -> None: ...
    def data_changed(self, worker: "Worker", fingerprint: str) -> None: ...
    def model_noted(self, worker: "Worker", note: str) -> None: ...
    def on_worker_message(self, worker: "Worker", message: AnyWorkerMessage) -> None: ...
    def exceeded(self, worker: "Worker", reason: Reason, words: str) -> None: ...
    def overcrowded(self, worker: "Worker", reason: Reason, words: str) -> None: ...
    def worker_exited(self, worker: "Worker") -> None: ...
    def worker_gone(self, worker: "Worker", exit_words: str) -> None: ...


class Worker:
    """One worker, from before it is spawned at its place until it is reaped there. It serves at most one job, for a
    listener. `on_lost(worker)` is called once its process has ended, before the listener hears of it."""

    def __init__(
        self,
        agent: str,
        settings: Settings,
        place: Place,
        on_lost: "Callable[[Worker], None]",
        own_folder: str = "",
    ) -> None:
        self._on_lost = on_lost
        self.own_folder = own_folder
        """Of one user's own files, which it may read; empty for none."""
        self.worker_id = secrets.token_hex(4)
        self.agent = agent
        self.token = secrets.token_bytes(16)
        self.place = place
        self.order = ReceiveOrder()
        self.logged_through = 0
        self.pace = AcknowledgePace(settings.bus.window_events, settings.bus.window_bytes)
        self.pid: int | None = None
        self.ready = False
        self.peak_bytes = 0
        self.memory_bytes = 0
        self.cpu_s = 0.0
        self.dropped = 0
        self.last_words: dict[str, str] = {}
        self.proof: Proof | None = None
        self.with_its_node = False
        self.limit_hit: Reason | None = None
        self.counted: dict[str, int] = {}
        self.job_id: str | None = None
        self.listener: Listener | None = None
        self.requested_at = asyncio.get_running_loop().time()
        self.limits = limits_of(settings, agent)

    def __repr__(self) -> str:
        return f"<Worker {self.worker_id} agent={self.agent} pid={self.pid} job={self.job_id}>"

    @property
    def outdated(self) -> bool:
        """Whether its sandbox opens something that has been replaced since."""
        return self.place.outdated(self.worker_id)

    def assign(self, job_id: str, listener: Listener) -> None:
        """It serves this job from here on, and the listener hears of it."""
        self.job_id, self.listener = job_id, listener
        self.place.assigned(self.worker_id, job_id)

    def lost(self) -> None:
        """Its process has ended: it is of no use to a job from here on."""
        self._on_lost(self)

    def tell(self, message: ToWorker) -> None:
        """Say something over control. A worker that is not connected (any more) does not hear it."""
        self.place.tell(self.worker_id, encode(message))

    def carry_out(self, step: Step, request: StopRequest) -> None:
        """A step of the kill ladder, asked for so: the worker is told to cancel, or signalled."""
        if step is Step.CANCEL:
            self.tell(Cancel(request.by, request.reason))
        else:
            self.do(step)

    def do(self, step: Step) -> None:
        """A step of the kill ladder that is a signal. It waits for the process to be known, if it is not yet."""
        self.place.do(self.worker_id, step)

    def sampled(self, sample: Sample) -> None:
        """Take in a measurement; the peak of memory and the most of CPU stay."""
        self.memory_bytes = sample.memory_bytes
        self.peak_bytes = max(self.peak_bytes, sample.memory_bytes)
        self.cpu_s = max(self.cpu_s, sample.cpu_s)

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
