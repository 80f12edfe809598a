"""`/socket.io/`: the same connection for pages that speak Socket.IO. Needs python-socketio: `deadstop[socketio]`.

Each event of such a page is a frame of ours (its name, and its one argument as data), and each frame of ours an event.
"""

import asyncio
import logging
from contextlib import ExitStack
from typing import Any

import msgspec
import socketio
from aiohttp import WSCloseCode, WSMsgType, web

from gateway.app_state import Gateway
from gateway.auth.addresses import address_of
from gateway.auth.identities import Identity
from gateway.http_api.security.request_identity import by_bearer, by_cookie, from_own_page, own_origin_only
from gateway.http_connection import note_signed_in
from gateway.wire.errors import ApiError
from gateway.wire.stream_frames import HEADER_LENGTH_BYTES, WireFrame
from gateway.ws.connection import Connection
from gateway.ws.peer import CLOSE_TIMEOUT_S, MAX_WAITING_FRAMES, ClientMessage, everything_written
from gateway.ws.upgrade import HARD_FRAME_FACTOR, notice_dead_peers, serve_connection

MAX_UNSENT = 12
"""Packets that wait for the client; some clients take no more than 16 in one answer to a poll."""


_REPLACED = (WSCloseCode.GOING_AWAY, WSCloseCode.SERVICE_RESTART)
"""After these the client shall come back."""

_log = logging.getLogger(__name__)
_log.setLevel(logging.WARNING)  # below that each packet is told, with the tokens in it


class SocketIoPeer:
    """The client's end: one Socket.IO client, whether it polls or has a WebSocket."""

    def __init__(self, server: socketio.AsyncServer, sid: str, request: web.Request) -> None:
        self.address = address_of(request.transport)
        self.signed_in = False
        self._request = request
        self._server = server
        self._sid = sid
        self._eio_sid = server.manager.eio_sid_from_sid(sid, "/")
        self._packets: asyncio.Queue[Any] = server.eio.sockets[self._eio_sid].queue
        self._inbox: asyncio.Queue[ClientMessage] = asyncio.Queue(MAX_WAITING_FRAMES)
        self._gone = asyncio.Event()

    def __repr__(self) -> str:
        return f"<SocketIoPeer {self.address} {'gone' if self._gone.is_set() else 'open'}>"

    async def take(self, name: str, data: Any) -> None:
        """An event that the client has sent; waits while many are unhandled."""
        frame = msgspec.json.encode({"event": name, "data": {} if data is None else data}, enc_hook=_no_bytes)
        await self._or_gone(self._inbox.put(ClientMessage(WSMsgType.TEXT, frame)))

    def note_gone(self) -> None:
        self._gone.set()

    def release_poll(self) -> None:
        """Answer the request that waits for what comes next: nothing will."""
        self._packets.put_nowait(None)

    async def receive(self, timeout_s: float | None) -> ClientMessage:
        async with asyncio.timeout(timeout_s):
            found = await self._or_gone(self._inbox.get())
        return found or ClientMessage(WSMsgType.CLOSED)

    async def send(self, frame: WireFrame) -> None:
        if self._gone.is_set():
            raise ConnectionResetError("the client has gone")
        if frame.opcode is WSMsgType.TEXT:
            found = msgspec.json.decode(frame.payload)
            for event in found if isinstance(found, list) else [found]:
                await self._emit(event)
        elif frame.opcode is WSMsgType.BINARY:
            await self._emit(_with_arrow(frame.payload))

    def note_signed_in(self) -> None:
        self.signed_in = True
        note_signed_in(self._request)

    async def everything_taken(self) -> None:
        await self._or_gone(self._packets.join())
        if self._request.transport is not None:
            await everything_written(self._request.transport)

    async def close(self, code: WSCloseCode, words: str) -> None:
        """Socket.IO clients come back after a lost connection, and stay away once they are told to go."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                if code not in _REPLACED:
                    await self._server.disconnect(self._sid)
                await self._server.eio.disconnect(self._eio_sid)
        except TimeoutError:
            pass  # it takes nothing any more
        self.note_gone()

    async def cut(self) -> None:
        if not self._gone.is_set():
            await self.close(WSCloseCode.GOING_AWAY, "")

    async def _emit(self, event: dict[str, Any]) -> None:
        await self._server.emit(event["event"], event["data"], to=self._sid)
        if self._packets.qsize() >= MAX_UNSENT:
            await self._or_gone(self._packets.join())

    async def _or_gone(self, waited: Any) -> Any:
        """What is waited for, or None once the client has gone."""
        task, gone = asyncio.ensure_future(waited), asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            gone.cancel()


class SocketIo:
    """The Socket.IO side of one gateway."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._peers: dict[str, SocketIoPeer] = {}
        self._serving: set[asyncio.Task[None]] = set()
        self._server = socketio.AsyncServer(
            async_mode="aiohttp",
            async_handlers=False,  # in their order, and no more of them than are handled
            cors_allowed_origins=lambda origin, environ: from_own_page(environ["aiohttp.request"]),
            max_http_buffer_size=HARD_FRAME_FACTOR * gateway.settings.gateway.max_frame_bytes,
            http_compression=False,
            logger=_log,
            engineio_logger=_log,
        )
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._disconnect)
        self._server.on("*", self._event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Every request beneath `/socket.io/`."""
        if "j" in request.query:
            raise ApiError("bad_request", "JSONP is not served: pages of other sites could read it")
        if "Origin" in request.headers or (request.method != "GET" and by_cookie(request) is not None):
            own_origin_only(request)
        peer = self._peers.get(request.query.get("sid", ""))
        if peer is not None and peer.signed_in:
            note_signed_in(request)
        if "Upgrade" in request.headers and request.transport is not None:
            notice_dead_peers(request.transport)
        response: web.StreamResponse = await self._server.handle_request(request)
        return response

    async def close(self) -> None:
        """End what python-socketio runs beside its connections."""
        await self._server.shutdown()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        request: web.Request = environ["aiohttp.request"]
        stack = ExitStack()
        try:
            identity = by_bearer(request) or by_cookie(request)
            stack.enter_context(self._gateway.connection_limits.opened(address_of(request.transport)))
        except ApiError as error:
            raise socketio.exceptions.ConnectionRefusedError(str(error), {"code": error.body.code}) from error
        peer = SocketIoPeer(self._server, sid, request)
        self._peers[self._server.manager.eio_sid_from_sid(sid, "/")] = peer
        if isinstance(auth, dict) and isinstance(auth.get("token"), str):
            await peer.take("authenticate", {"token": auth["token"]})
        serving = asyncio.create_task(self._serve(peer, identity, stack))
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)

    async def _serve(self, peer: SocketIoPeer, identity: Identity | None, stack: ExitStack) -> None:
        with stack:
            if identity is not None:
                peer.note_signed_in()
            await serve_connection(self._gateway, Connection(self._gateway, peer, identity))

    async def _event(self, name: str, sid: str, data: Any = None, *_: Any) -> None:
        peer = self._peers.get(self._server.manager.eio_sid_from_sid(sid, "/"))
        if peer is not None:
            await peer.take(name, data)

    async def _disconnect(self, sid: str, reason: str = "", *_: Any) -> None:
        peer = self._peers.pop(self._server.manager.eio_sid_from_sid(sid, "/"), None)
        if peer is not None:
            peer.note_gone()
            if reason == self._server.reason.CLIENT_DISCONNECT:
                peer.release_poll()


def _with_arrow(payload: bytes) -> dict[str, Any]:
    """A binary frame as an event whose chunk has the Arrow stream as an attachment."""
    start = HEADER_LENGTH_BYTES + int.from_bytes(payload[:HEADER_LENGTH_BYTES], "little")
    event: dict[str, Any] = msgspec.json.decode(payload[HEADER_LENGTH_BYTES:start])
    event["data"]["chunk"]["arrow"] = payload[start:]
    return event


def _no_bytes(value: Any) -> Any:
    raise TypeError(f"{type(value).__name__} is not JSON")
