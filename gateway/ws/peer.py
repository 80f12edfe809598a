"""The client's end of one connection, and the TCP connection below it."""

import asyncio
from typing import Any, NamedTuple, Protocol

from aiohttp import WSCloseCode, WSMsgType, web

from gateway.auth.addresses import address_of
from gateway.http_connection import note_signed_in
from gateway.wire.stream_frames import WireFrame

LOOK_EVERY_S = 0.05
MAX_WAITING_FRAMES = 16
"""A client with more than these unhandled is read no further until there is room."""

CLOSE_TIMEOUT_S = 1.0
"""How long a client may take to answer that the connection is closed."""


class Message(Protocol):
    """What a client has sent: a frame, or that it has gone (any type but those of frames)."""

    @property
    def type(self) -> WSMsgType: ...

    @property
    def data(self) -> Any: ...


class ClientMessage(NamedTuple):
    """A `Message` of a client that has no WebSocket."""

    type: WSMsgType
    data: bytes = b""


class Peer(Protocol):
    """What a connection needs of the client's end. `address` is the one that limits count by."""

    address: str

    async def receive(self, timeout_s: float | None) -> Message:
        """The next message. Raises `TimeoutError`."""

    async def send(self, frame: WireFrame) -> None:
        """Write one frame; waits while the client takes nothing. Raises `ConnectionError`."""

    def note_signed_in(self) -> None:
        """Lift the limits that hold for connections that are not signed in."""

    async def everything_taken(self) -> None:
        """Wait until what was written has left this machine."""

    async def close(self, code: WSCloseCode, words: str) -> None:
        """Say that the connection ends, and why."""

    async def cut(self) -> None:
        """Drop the connection, whatever the client has not read."""


class WebSocketPeer:
    """The client's end of a WebSocket."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.address = address_of(transport)
        self._request = request
        self._socket = socket
        self._transport = transport

    def __repr__(self) -> str:
        return f"<WebSocketPeer {self.address} {'closed' if self._socket.closed else 'open'}>"

    async def receive(self, timeout_s: float | None) -> Message:
        return await self._socket.receive(timeout_s)

    async def send(self, frame: WireFrame) -> None:
        await self._socket.send_frame(frame.payload, frame.opcode)

    def note_signed_in(self) -> None:
        note_signed_in(self._request)

    async def everything_taken(self) -> None:
        await everything_written(self._transport)

    async def close(self, code: WSCloseCode, words: str) -> None:
        """Begin the closing handshake, and wait for the client's part of it for a moment."""
        await self._socket.close(code=code, message=words.encode(), drain=False)

    async def cut(self) -> None:
        """The handshake is over or overdue: drop what a silent client has left unread."""
        await self._socket.close(drain=False)
        self._transport.abort()


async def everything_written(transport: asyncio.Transport) -> None:
    """Wait until what was written to it has left this machine."""
    while transport.get_write_buffer_size():  # noqa: ASYNC110  (only the drain of a writer could tell)
        await asyncio.sleep(LOOK_EVERY_S)
