"""`/api/connection`: the same connection for clients whose network lets no WebSocket through.

What the client is told comes as server-sent events in the answer to one GET; each frame that it says is a POST.
"""

import asyncio
import base64
import secrets
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from gateway.app_state import CALLER, GATEWAY, IDENTITY
from gateway.auth.addresses import address_of
from gateway.http_connection import note_signed_in
from gateway.wire.errors import ApiError
from gateway.wire.stream_frames import WireFrame
from gateway.ws.connection import Connection
from gateway.ws.peer import MAX_WAITING_FRAMES, ClientMessage, everything_written
from gateway.ws.upgrade import notice_dead_peers, serve_connection

LOOK_EVERY_S = 1.0
"""How long it may take to notice that a client has gone."""


class HttpPeer:
    """The client's end of a connection without a WebSocket. `id` is in the address that its frames are posted to;
    knowing it is what identifies the client."""

    def __init__(self, request: web.Request, response: web.StreamResponse, transport: asyncio.Transport) -> None:
        self.id = secrets.token_urlsafe(16)
        self.address = address_of(transport)
        self.caller = request[CALLER]
        self._request = request
        self._response = response
        self._transport = transport
        self._inbox: asyncio.Queue[ClientMessage] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._closed = False

    def __repr__(self) -> str:
        return f"<HttpPeer {self.address} {'closed' if self._closed else 'open'}>"

    async def take(self, frame: bytes) -> None:
        """A frame that the client has sent; waits while many are unhandled. Raises `ApiError` once it is closed."""
        while not self._closed and not self._transport.is_closing():
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._inbox.put(ClientMessage(WSMsgType.TEXT, frame))
                    return
            except TimeoutError:
                continue
        raise no_such_connection()

    async def receive(self, timeout_s: float | None) -> ClientMessage:
        async with asyncio.timeout(timeout_s):
            while not self._closed and not self._transport.is_closing():
                try:
                    async with asyncio.timeout(LOOK_EVERY_S):
                        return await self._inbox.get()
                except TimeoutError:
                    continue
        return ClientMessage(WSMsgType.CLOSED)

    async def send(self, frame: WireFrame) -> None:
        await self._response.write(server_sent(frame))

    def note_signed_in(self) -> None:
        note_signed_in(self._request)

    async def everything_taken(self) -> None:
        await everything_written(self._transport)

    async def close(self, code: WSCloseCode, words: str) -> None:
        if not self._closed:
            self._closed = True
            await self._write_last("close", {"code": int(code), "reason": words})

    async def cut(self) -> None:
        if not self._closed:  # else the end of the answer says so, after what was written
            self._closed = True
            self._transport.abort()

    async def open(self) -> None:
        """Tell the client where its frames go. Raises `ConnectionError`."""
        await self._response.write(_event("opened", msgspec.json.encode({"connection_id": self.id})))

    async def _write_last(self, name: str, data: dict[str, Any]) -> None:
        try:
            await self._response.write(_event(name, msgspec.json.encode(data)))
        except ConnectionError:
            return  # it has gone already


PEERS: web.AppKey[dict[str, HttpPeer]] = web.AppKey("http_peers", dict)


async def open_connection(request: web.Request) -> web.StreamResponse:
    """Open a connection, and tell everything that it is told."""
    gateway, peers = request.app[GATEWAY], request.app[PEERS]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    with gateway.connection_limits.opened(address_of(request.transport)):
        await response.prepare(request)
        transport = request.transport
        if transport is None:
            return response
        notice_dead_peers(transport)
        peer = HttpPeer(request, response, transport)
        peers[peer.id] = peer
        try:
            await peer.open()
            await serve_connection(gateway, Connection(gateway, peer, request[IDENTITY]))
        except ConnectionError:
            pass  # the client has gone before it began
        finally:
            del peers[peer.id]
    return response


async def post_frame(request: web.Request) -> web.Response:
    """One frame of the client, as a WebSocket would have carried it: 204 once it waits to be handled, in its order."""
    peer = request.app[PEERS].get(request.match_info["connection_id"])
    if peer is None or peer.caller != request[CALLER]:
        raise no_such_connection()
    await peer.take(await request.read())
    return web.Response(status=204)


def no_such_connection() -> ApiError:
    return ApiError("not_found", "there is no such connection here", "open another one, and follow from the last `seq`")


def server_sent(frame: WireFrame) -> bytes:
    """A frame as a server-sent event: JSON as it is, binary ones in base64, a ping as a comment."""
    if frame.opcode is WSMsgType.TEXT:
        return b"data: %s\n\n" % frame.payload
    if frame.opcode is WSMsgType.BINARY:
        return _event("binary", base64.b64encode(frame.payload))
    return b": ping\n\n"


def _event(name: str, data: bytes) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)
