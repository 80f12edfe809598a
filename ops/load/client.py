"""One client: a WebSocket that asks, stops, is lost, comes back where it was, or reads slowly."""

import asyncio
import contextlib
import time
from collections.abc import Callable

import aiohttp
import msgspec

from ops.errors import OpsError
from ops.load.streams import FollowedStream
from ops.load.wire import WireEvent, decode_events, encode_frame

ANSWER_WITHIN_S = 30.0
MAX_RECONNECTS = 20


class LoadClient:
    """`on_chunk(event, now)` hears of every chunk that is new and was not made late by the client itself."""

    def __init__(
        self, http: aiohttp.ClientSession, base: str, token: str, on_chunk: Callable[[WireEvent, float], None]
    ) -> None:
        self._http = http
        self._base = base
        self._token = token
        self._on_chunk = on_chunk
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._slow_until = 0.0
        self._lock = asyncio.Lock()
        self._returning: asyncio.Task[None] | None = None
        self.streams: dict[str, FollowedStream] = {}
        self.lost = 0
        self.agents: list[str] = []

    def __repr__(self) -> str:
        return f"<LoadClient {len(self.streams)} open streams>"

    async def connect(self) -> None:
        """Connect, sign in, and take up again what was open. Raises `OpsError`."""
        try:
            self._socket = await self._http.ws_connect(f"{self._base}/ws", max_msg_size=0, timeout=_CLOSE)
            await self._socket.send_str(encode_frame("authenticate", {"token": self._token, "batch": True}))
            message = await self._socket.receive(ANSWER_WITHIN_S)
            answer = decode_events(message.data)[0]
        except (aiohttp.ClientError, TimeoutError, TypeError, msgspec.DecodeError, AttributeError) as error:
            raise OpsError(f"{self._base} did not let a client in ({error or type(error).__name__})") from error
        if answer.event != "authenticated":
            raise OpsError(f"{self._base} does not know the token: {answer.data.error}")
        self.agents = answer.data.agents
        self._reader = asyncio.create_task(self._read(self._socket))
        for stream in list(self.streams.values()):
            await self._take_up(self._socket, stream)

    async def ask(self, stream: FollowedStream) -> None:
        """A question that is lost on the way is asked again after a reconnection: the same session never runs twice."""
        self.streams[stream.session_id] = stream
        stream.asked_at = time.monotonic()
        stream.disturbed = stream.asked_at < self._slow_until
        await self._send("agent_query_stream", **_question(stream))

    async def stop(self, stream: FollowedStream, *, now: bool) -> None:
        if not stream.end:
            stream.stop_asked_at, stream.stops_now = time.monotonic(), now
            await self._send("agent_kill", session_id=stream.session_id, now=now)

    async def leave(self, for_s: float, *, anew: bool = False) -> None:
        """Drop the connection and come back; `anew` as a page that has forgotten everything."""
        async with self._lock:
            await self.close()
            await asyncio.sleep(for_s)
            for stream in self.streams.values():
                stream.disturbed = True
                if anew:
                    stream.start_again()
            await self.connect()

    def dawdle(self, for_s: float) -> None:
        """Read slowly for a while."""
        self._slow_until = time.monotonic() + for_s
        for stream in self.streams.values():
            stream.disturbed = True

    async def close(self) -> None:
        """Drop the connection without a goodbye, as a lost network does."""
        reader, socket = self._reader, self._socket
        self._reader = self._socket = None
        if reader is not None:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
        if socket is not None:
            await socket.close()

    async def _send(self, event: str, **data: object) -> None:
        if self._socket is None or self._socket.closed:
            await self._come_back()  # and takes up everything that is open, this too
            return
        await _write(self._socket, event, **data)

    async def _take_up(self, socket: aiohttp.ClientWebSocketResponse, stream: FollowedStream) -> None:
        if stream.known:
            await _write(socket, "agent_follow", session_id=stream.session_id, after_seq=stream.seq)
        else:
            await _write(socket, "agent_query_stream", **_question(stream))
        if stream.stop_asked_at is not None:
            stream.stop_asked_at = time.monotonic()
            await _write(socket, "agent_kill", session_id=stream.session_id, now=stream.stops_now)

    async def _come_back(self) -> None:
        async with self._lock:
            if self._socket is None or self._socket.closed:
                await self.close()
                await self.connect()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            if time.monotonic() < self._slow_until:
                await asyncio.sleep(0.1)
            message = await socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                break
            now = time.monotonic()
            for event in decode_events(message.data):
                self._take(event, now)
        self.lost += 1
        if self.streams and self.lost <= MAX_RECONNECTS:
            # Its own task: connecting anew begins with the end of this one.
            self._returning = asyncio.create_task(self._come_back())

    def _take(self, event: WireEvent, now: float) -> None:
        stream = self.streams.get(event.data.session_id)
        if stream is None:
            return
        before = stream.chunks
        stream.take(event, now)
        if stream.chunks > before and not stream.disturbed:
            self._on_chunk(event, now)
        if stream.end:
            del self.streams[stream.session_id]


def _question(stream: FollowedStream) -> dict[str, object]:
    return {"session_id": stream.session_id, "query": stream.visit.question, "agent": stream.visit.agent}


async def _write(socket: aiohttp.ClientWebSocketResponse, event: str, **data: object) -> None:
    """A lost connection is noticed by its reader."""
    with contextlib.suppress(ConnectionError):
        await socket.send_str(encode_frame(event, data))


_CLOSE = aiohttp.ClientWSTimeout(ws_close=0.5)
