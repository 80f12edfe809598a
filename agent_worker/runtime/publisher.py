"""Sends a worker's events so that none is lost: after the subscription, numbered, within a window, until
acknowledged."""

import asyncio
from collections.abc import Callable
from typing import get_args

from agent_worker.context import AgentError
from agent_worker.runtime.event_loop import CountingLoop
from bus.contract.events import Event, ResponseChunk, Status, TableRows, Usage, WorkerEvent
from bus.contract.vocabulary import Reason
from bus.transport.channel import Channel
from bus.transport.codec import encode
from bus.transport.delivery import SendWindow
from bus.transport.sockets import Socket
from bus.wire.worker import MAX_MESSAGE_BYTES, EventBatch, Failure, Finished, Outcome

MAX_BATCH_EVENTS = 256
MAX_BATCH_CHARS = 65_536
"""The most text of one batch. What waits for a follower that has stopped reading is bounded in batches, so they must
not be large."""

PAUSE_S = 0.001

_WORKER_EVENTS = frozenset(get_args(WorkerEvent))

_UNSENDABLE = (TypeError, ValueError, OverflowError, AgentError)
"""What encoding an event can raise, and one that is too large."""


class Publisher:
    """One worker's line of events to the supervisor, over a socket of `connect_worker_publisher`. `usage` is called for
    each batch."""

    def __init__(
        self, loop: CountingLoop, socket: Socket, token: bytes, window: SendWindow, usage: Callable[[], Usage]
    ) -> None:
        self._token = token
        self._window = window
        self._loop = loop
        self._yielded_at = 0
        self._channel = Channel(socket, self._on_subscription)
        self._subscribed = asyncio.Event()
        self._changed = asyncio.Event()
        self._pending: list[Event] = []
        self._pending_chars = 0
        self._flush_scheduled = False
        self._flushed_at = 0.0
        self._fault: Exception | None = None
        self._usage = usage

    async def subscribed(self) -> None:
        """Wait until the supervisor listens: whatever were sent before would be lost."""
        await self._subscribed.wait()

    def emit(self, event: Event) -> bool:
        """Send an event: at once after a pause, else with those that come in the same pass of the loop, so that
        neither a lone event waits nor a flood costs a message each. True if the caller should `yield_to_loop`.

        Raises `AgentError` for an event that only the supervisor says, and the job has failed then."""
        if type(event) not in _WORKER_EVENTS:
            self._fault = _not_to_be_said(event)
            raise self._fault
        self._pending.append(event)
        self._pending_chars += _chars(event)
        paused = self._loop.time() - self._flushed_at > PAUSE_S
        if paused or len(self._pending) >= MAX_BATCH_EVENTS or self._pending_chars >= MAX_BATCH_CHARS:
            self.flush()
            return True
        if not self._flush_scheduled:
            self._flush_scheduled = True
            self._loop.call_soon(self.flush)
        return False

    async def yield_to_loop(self) -> None:
        """Let acknowledgements and stops in, unless the agent has waited for something since the last time: they came
        in meanwhile. And wait while the window is closed."""
        if self._loop.passes == self._yielded_at:
            await asyncio.sleep(0)
        self._yielded_at = self._loop.passes
        while not self._window.open:
            self._changed.clear()
            await self._changed.wait()

    def flush(self) -> None:
        """Send what is queued as one batch."""
        self._flush_scheduled = False
        self._flushed_at = self._loop.time()
        pending, self._pending = self._pending, []
        self._pending_chars = 0
        if not pending:
            return
        try:
            self._send_events(pending)
        except _UNSENDABLE:
            for event in pending:  # one that cannot be sent must not cost the others
                try:
                    self._send_events([event])
                except _UNSENDABLE as error:
                    self._fault = error

    def check(self) -> None:
        """Raise what kept an event from being sent: such a job has not succeeded."""
        if self._fault is not None:
            raise self._fault

    def finish(self, outcome: Outcome) -> None:
        """The worker's last event. An outcome that no message holds is a failure."""
        self.flush()
        message = self._finished(outcome)
        if len(message) > MAX_MESSAGE_BYTES:
            words = f"The agent's result has {len(message):,} bytes; the limit is {MAX_MESSAGE_BYTES:,}."
            message = self._finished(Failure(Reason.OUTPUT_LIMIT, "output_limit", words, retryable=False))
        self._send(1, message)

    async def settled(self) -> None:
        """Wait until everything that was sent has been acknowledged."""
        while not self._window.settled:
            self._changed.clear()
            await self._changed.wait()

    def acknowledged(self, through: int, *, resend: bool) -> None:
        """The supervisor has logged everything up to `through`; `resend`: it misses what came after."""
        self._window.acknowledged(through)
        if resend:
            self._send_again()
        self._changed.set()

    def close(self) -> None:
        self._channel.close()

    def _finished(self, outcome: Outcome) -> bytes:
        return encode(Finished(self._token, self._window.next, self._usage(), encode(outcome), self._loop.time()))

    def _send_events(self, events: list[Event]) -> None:
        """Send these events as one batch. Raises what is in `_UNSENDABLE`, and has sent nothing then."""
        count, blob = len(events), encode(events)
        at = self._loop.time()
        message = encode(EventBatch(self._token, self._window.next, self._usage(), blob, at, count=count))
        if len(message) > MAX_MESSAGE_BYTES:
            raise AgentError(
                f"The agent said {len(message):,} bytes at once; the limit is {MAX_MESSAGE_BYTES:,}.",
                code="output_limit",
                hint="have it say less, or yield it in pieces",
                retryable=False,
                reason=Reason.OUTPUT_LIMIT,
            )
        self._send(count, message)

    def _send(self, count: int, message: bytes) -> None:
        self._window.sent(count, message)
        self._channel.send([message])

    def _send_again(self) -> None:
        for sent in self._window.unacknowledged():
            self._channel.send([sent.message])

    def _on_subscription(self, frames: list[bytes]) -> None:
        if frames[0][:1] != b"\x01":
            return
        if self._subscribed.is_set():
            self._send_again()  # the connection was broken, and what was on the way with it
        self._subscribed.set()


def _chars(event: Event) -> int:
    """How long the event is, where it may be long; rows fill a batch by themselves."""
    if isinstance(event, ResponseChunk):
        return len(event.chunk)
    if isinstance(event, TableRows):
        return MAX_BATCH_CHARS
    return len(event.message) if isinstance(event, Status) else 0


def _not_to_be_said(event: Event) -> AgentError:
    said = ", ".join(sorted(kind.__name__ for kind in _WORKER_EVENTS))
    return AgentError(
        f"The agent said {type(event).__name__}, which only the supervisor says of a job.",
        hint=f"an agent may say {said}; it ends by returning or by raising AgentError",
        retryable=False,
    )
