"""The jobs one WebSocket follows: a task for each, which hands the job's frames to the send queue."""

import asyncio
import logging
import sqlite3
from contextlib import aclosing
from typing import NamedTuple

from bus.transport.codec import CodecError
from bus.transport.sockets import BusError
from bus.wire.replies import UNAVAILABLE
from gateway.app_state import Gateway
from gateway.wire.connection_frames import WireError, WireErrorData
from gateway.wire.stream_frames import StreamForm, encode_event
from gateway.ws.send_queue import SendQueue

log = logging.getLogger(__name__)


_EXPECTED = (BusError, CodecError, sqlite3.Error)


class Subscription(NamedTuple):
    """A job's stream after event `after`. With `present` the follower counts as waiting for the answer."""

    job_id: str
    session_id: str
    after: int
    form: StreamForm
    present: bool


class Subscriptions:
    """At most one task for each job, so that nothing comes twice."""

    def __init__(self, gateway: Gateway, send_queue: SendQueue) -> None:
        self._gateway = gateway
        self._send_queue = send_queue
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __repr__(self) -> str:
        return f"<Subscriptions {len(self._tasks)} jobs>"

    def start(self, wanted: Subscription) -> None:
        """Send the job's events to its end; does nothing where the job is followed already."""
        if wanted.job_id not in self._tasks:
            self._start(wanted)

    async def restart(self, wanted: Subscription) -> None:
        """Send the job's events to its end, in place of an earlier following of the job."""
        earlier = self._tasks.get(wanted.job_id)
        # Started before the earlier one ends: were the client absent in between, the job could be stopped.
        self._start(wanted)
        if earlier is not None:
            await _cancel([earlier])

    async def delivered(self) -> None:
        """Wait until every job's last event has been handed to the network."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    async def close(self) -> None:
        """End them all; once it returns, the supervisor has been told that this client is not present any more."""
        await _cancel(list(self._tasks.values()))

    def _start(self, wanted: Subscription) -> None:
        task = asyncio.create_task(self._run(wanted))
        self._tasks[wanted.job_id] = task
        task.add_done_callback(lambda _: self._forget(wanted.job_id, task))

    def _forget(self, job_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(job_id) is task:
            del self._tasks[job_id]

    async def _run(self, wanted: Subscription) -> None:
        job_id, session_id, after, form, present = wanted
        try:
            async with aclosing(self._gateway.client.follow(job_id, after, present=present)) as batches:
                async for batch, skip in batches:
                    self._gateway.counts["events_sent"] += batch.last - batch.first + 1 - skip
                    await self._send_queue.stream(self._gateway.frames.frames(batch, skip, session_id, form))
        except ConnectionError:
            return
        except Exception as error:  # also of an event in an old log that cannot be shown: its follower hears of it
            facts = {"action": "follow_failed", "job_id": job_id, "error": str(error)}
            log.warning("A stream broke off", exc_info=not isinstance(error, _EXPECTED), extra=facts)
            text = f"the stream of job {job_id} broke off ({error}); follow it again from your last seq"
            await self._send_queue.reply(encode_event(WireError(WireErrorData(text, UNAVAILABLE, session_id))))


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
