"""A job's stream as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

import msgspec
from aiohttp import web

from bus.values.visible import visible_json
from bus.wire.batch import Batch
from bus.wire.outside import Outside, outside_events
from gateway.app_state import GATEWAY, IDENTITY, Gateway
from gateway.auth.addresses import address_of
from gateway.auth.identities import Identity
from gateway.http_api.jobs.handlers import find_record
from gateway.wire.client_frames import MAX_SEQ
from gateway.wire.errors import ApiError

KEEP_ALIVE_S = 15.0
_KEEP_ALIVE = b": keep-alive\n\n"

_encoder = msgspec.json.Encoder()

Batches = AsyncGenerator[tuple[Batch, int], None]


async def job_events(request: web.Request) -> web.StreamResponse:
    """The job's events after `Last-Event-ID`, each with its `seq` as id; ends after the last one.

    204 when there is nothing more to come: it tells a browser's EventSource to stop asking.
    """
    gateway = request.app[GATEWAY]
    after = _last_event_id(request)
    summary = (await find_record(request)).summary
    if summary.ended_at is not None and after >= summary.seq:
        return web.Response(status=204)
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    with gateway.connection_limits.opened(address_of(request.transport)):
        await response.prepare(request)
        gateway.counts["event_streams"] += 1
        try:
            async with aclosing(gateway.client.follow(summary.job_id, after)) as batches:
                with suppress(ConnectionError):
                    await _EventStream(gateway, request[IDENTITY], response, summary.session_id).send(batches)
        finally:
            gateway.counts["event_streams"] -= 1
    return response


def sse_bytes(batch: Batch, skip: int, session_id: str) -> bytes:
    """A batch's events after the first `skip`, as they stand in an event stream."""
    events = enumerate(outside_events(batch, session_id, skip), batch.first + skip)
    return b"".join(sse_event(seq, event) for seq, event in events)


def sse_event(seq: int, event: Outside) -> bytes:
    """One event, as it stands in an event stream."""
    name = event.__struct_config__.tag
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, str(name).encode(), visible_json(_encoder.encode(event)))


class _EventStream:
    """One answer, written until the job's last event, or until the sign-in or the gateway ends."""

    def __init__(self, gateway: Gateway, identity: Identity, response: web.StreamResponse, session_id: str) -> None:
        self._gateway = gateway
        self._identity = identity
        self._response = response
        self._session_id = session_id

    async def send(self, batches: Batches) -> None:
        """Raises `ConnectionError` when the client has gone."""
        closing = asyncio.create_task(self._gateway.shutdown.now.wait())
        try:
            while (found := await self._next(batches, closing)) is not None:
                batch, skip = found
                await self._response.write(sse_bytes(batch, skip, self._session_id))
                self._gateway.counts["events_sent"] += batch.last - batch.first + 1 - skip
        finally:
            closing.cancel()

    async def _next(self, batches: Batches, closing: asyncio.Future[Any]) -> tuple[Batch, int] | None:
        """The next batch; `None` when there is none, or none to be sent any more."""
        coming = asyncio.ensure_future(anext(batches, None))
        try:
            allowed = await self._keep_alive_until(coming, closing)
        finally:
            # Only now may the generator be closed: it must not be closed while it runs.
            if not coming.done():
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        return coming.result() if allowed and not coming.cancelled() else None

    async def _keep_alive_until(self, coming: asyncio.Future[Any], closing: asyncio.Future[Any]) -> bool:
        """Write something now and then until one of them is done. Returns whether the sign-in is still valid."""
        while not coming.done() and not closing.done():
            await asyncio.wait({coming, closing}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            if not self._gateway.identities.still_valid(self._identity):
                return False
            if not coming.done() and not closing.done():
                await self._response.write(_KEEP_ALIVE)
        return True


def _last_event_id(request: web.Request) -> int:
    after = _seq("after", request.query.get("after", "0"))
    header = request.headers.get("Last-Event-ID")
    return after if header is None else _seq("Last-Event-ID", header)


def _seq(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SEQ)) and int(text) <= MAX_SEQ):
        raise ApiError("bad_request", f"{name} is {text[:32]!r}", "it is the seq of the last event you have")
    return int(text)
