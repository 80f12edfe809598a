"""What waits to be written to one WebSocket, and the one task that writes it.

Only one task may wait for a socket to drain: in aiohttp all waiting tasks share a future, and cancelling one of them
cancels the others. So all frames are handed over here, and no task that may be cancelled touches the socket.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from aiohttp import WSMsgType

from gateway.wire.stream_frames import WireFrame
from gateway.ws.peer import Peer

MAX_REPLIES = 64


class SendQueue:
    """Replies first, then streams in turn. Memory is bounded: each stream waits until its frames are written, and
    the reader waits while many replies are not taken."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._replies: deque[WireFrame] = deque()
        self._streams: deque[tuple[Sequence[WireFrame], asyncio.Future[None]]] = deque()
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<SendQueue replies={len(self._replies)} streams={len(self._streams)}>"

    async def reply(self, frame: WireFrame) -> None:
        """Queue a frame before everything that streams; waits only while very many replies do."""
        await self._room.wait()
        self.post(frame)

    def post(self, frame: WireFrame) -> None:
        """Queue a frame as `reply` does, without waiting: for the few frames of our own that must not wait (pings)."""
        self._replies.append(frame)
        if len(self._replies) >= MAX_REPLIES:
            self._room.clear()
        self._wake.set()

    def ping(self) -> None:
        """Keep proxies from closing a quiet connection; one that is being written to needs no ping."""
        if not self._replies and not self._streams:
            self.post(WireFrame(WSMsgType.PING, b""))

    async def stream(self, frames: Sequence[WireFrame]) -> None:
        """Queue a stream's next frames and wait until they are written: a slow client slows its own streams."""
        if self._closed:
            raise ConnectionResetError("the connection is closed")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._streams.append((frames, written))
        self._wake.set()
        await written

    async def run(self) -> None:
        """Write until `close`, or until the connection is lost."""
        try:
            while not self._closed:
                await self._write_waiting()
                self._wake.clear()
                if not self._replies and not self._streams and not self._closed:
                    await self._wake.wait()
        except ConnectionError:
            pass  # the reader notices by itself
        finally:
            self.close()

    def close(self) -> None:
        """Write nothing more, and cancel what waits to be written."""
        self._closed = True
        self._wake.set()
        self._room.set()
        for _, written in self._streams:
            written.cancel()
        self._streams.clear()

    async def _write_waiting(self) -> None:
        while (self._replies or self._streams) and not self._closed:
            await self._write_replies()
            if not self._streams:
                continue
            frames, written = self._streams.popleft()
            if written.cancelled():
                continue
            try:
                for frame in frames:
                    await self._peer.send(frame)
                    if self._replies:
                        await self._write_replies()
            finally:
                if not written.done():
                    written.set_result(None)

    async def _write_replies(self) -> None:
        while self._replies:
            frame = self._replies.popleft()
            self._room.set()
            await self._peer.send(frame)
