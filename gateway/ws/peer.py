"""The client's end of one WebSocket, and the TCP connection below it."""

import asyncio

from aiohttp import WSCloseCode, WSMessage, web

from gateway.auth.addresses import address_of
from gateway.http_protocol import note_signed_in
from gateway.wire.batch_frames import WireFrame

LOOK_EVERY_S = 0.05


class Peer:
    """`address` is the one that limits count by."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.address = address_of(transport)
        self._request = request
        self._socket = socket
        self._transport = transport

    def __repr__(self) -> str:
        return f"<Peer {self.address} {'closed' if self._socket.closed else 'open'}>"

    async def receive(self, timeout_s: float | None) -> WSMessage:
        """The next message. Raises `TimeoutError`."""
        return await self._socket.receive(timeout_s)

    async def send(self, frame: WireFrame) -> None:
        """Write one frame; waits while the client takes nothing. Raises `ConnectionError`."""
        await self._socket.send_frame(frame.payload, frame.opcode)

    def note_signed_in(self) -> None:
        """The limits for what is not signed in end here."""
        note_signed_in(self._request)

    async def everything_taken(self) -> None:
        """Wait until what was written has left this machine."""
        while self._transport.get_write_buffer_size():  # noqa: ASYNC110  (only the drain of a writer could tell)
            await asyncio.sleep(LOOK_EVERY_S)

    async def close(self, code: WSCloseCode, words: str) -> None:
        """Begin the closing handshake, and wait for the client's part of it for a moment."""
        await self._socket.close(code=code, message=words.encode(), drain=False)

    async def cut(self) -> None:
        """The handshake is over or overdue: drop what a silent client has left unread."""
        await self._socket.close(drain=False)
        self._transport.abort()
