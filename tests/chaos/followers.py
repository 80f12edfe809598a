"""Follow a job through whatever happens, and check on the way that nothing is missing and nothing comes twice."""

import asyncio
from typing import Any

import aiohttp

from bus.client import BusClient
from bus.contract.events import Completed, Failed, Killed

LAST = {"agent_complete": Completed, "agent_error": Failed, "agent_killed": Killed}


class Follower:
    """What one follower has heard of a job: its last number, and how it ended."""

    def __init__(self, job_id: str, session_id: str) -> None:
        self.job_id = job_id
        self.session_id = session_id
        self.seq = 0
        self.end: type | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.job_id} seq={self.seq} end={self.end}>"

    def hear(self, seq: int, end: type | None) -> None:
        assert seq == self.seq + 1, f"{self!r} heard {seq}"
        assert self.end is None, f"{self!r} heard {seq} after the end"
        self.seq, self.end = seq, end


class BusFollower(Follower):
    """Follows over the bus."""

    async def run(self, client: BusClient) -> None:
        async for batch, skip in client.follow(self.job_id):
            for seq, event in batch.events(skip):
                self.hear(seq, type(event) if isinstance(event, Completed | Failed | Killed) else None)


class WireFollower(Follower):
    """Follows over a WebSocket, and comes back for the rest whenever it breaks."""

    def __init__(self, job_id: str, session_id: str) -> None:
        super().__init__(job_id, session_id)
        self.left = False
        self._socket: aiohttp.ClientWebSocketResponse | None = None

    def leave(self) -> None:
        """Break the connection and never come back."""
        self.left = True
        self.drop()

    def drop(self) -> None:
        """Break the connection without a goodbye."""
        connection = self._socket._response.connection if self._socket is not None else None
        if connection is not None and connection.transport is not None:
            connection.transport.abort()

    async def run(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        while self.end is None and not self.left:
            try:
                async with http.ws_connect(f"{url}/ws", max_msg_size=0) as self._socket:
                    await self._listen(self._socket, token)
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.05)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        await socket.send_json({"event": "authenticate", "data": {"token": token}})
        await socket.send_json(
            {"event": "agent_follow", "data": {"session_id": self.session_id, "after_seq": self.seq}}
        )
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            frame: dict[str, Any] = message.json()
            if frame["event"] == "error":
                return  # the gateway cannot reach the supervisor just now
            if "seq" in frame["data"]:
                self.hear(frame["data"]["seq"], LAST.get(frame["event"]))
            if self.end is not None:
                return
