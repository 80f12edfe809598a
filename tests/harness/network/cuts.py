"""A WebSocket client that is cut off again and again, and a gateway that is killed under it."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import aiohttp

from bus.serve_contract import VARIABLE
from bus.wire.outside import ENDINGS
from tests.harness.gateways import ANSWER_WITHIN_S, TOKENS, Event, token_settings
from tests.harness.servers import READY_WITHIN_S, ROOT

BACKLOG = 512


class Cut(Enum):
    """How a connection ends."""

    GOODBYE = "the client closes it"
    ABORT = "it breaks"
    CLIENT_KILLED = "the client's process is killed"
    GATEWAY_KILLED = "the gateway's process is killed"


class ServedGateway:
    """A gateway as `serve` runs it: the listening socket outlives the process, and clients wait in it meanwhile."""

    def __init__(self, state_dir: Path, settings: dict[str, Any]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        self.port = int(self._listener.getsockname()[1])
        overrides = {"supervisor.state_dir": str(state_dir), **token_settings(), **settings}
        self._orders = json.dumps({"overrides": overrides, "listen_fd": self._listener.fileno()})
        self.process: asyncio.subprocess.Process | None = None
        self._is_ready = False

    async def start(self) -> None:
        self._is_ready = False
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway"),
            cwd=ROOT,
            env={**os.environ, VARIABLE: self._orders},
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._listener.fileno()],
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.returncode is None

    async def ready(self) -> None:
        """Wait until the one that was started last accepts connections."""
        assert self.process is not None
        assert self.process.stdout is not None
        if self._is_ready:
            return
        async with asyncio.timeout(READY_WITHIN_S):
            line = await self.process.stdout.readline()
        assert b"ready" in line, f"the gateway said {line!r}"
        self._is_ready = True

    async def end(self, number: int = signal.SIGTERM) -> int:
        """Signal it, unless it has ended, and wait; returns its status."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()

    def close(self) -> None:
        self._listener.close()


@asynccontextmanager
async def served_gateway(state_dir: Path, settings: dict[str, Any] | None = None) -> AsyncIterator[ServedGateway]:
    """A gateway that may be killed and started again."""
    gateway = ServedGateway(state_dir, settings or {})
    await gateway.start()
    try:
        yield gateway
        if gateway.running:
            await gateway.ready()  # before it is, SIGTERM simply kills it
    finally:
        status = await gateway.end()
        gateway.close()
    assert status == 0, f"the gateway ended with status {status}"


@dataclass
class CutClient:
    """Follows one session of ann's through one connection after another. `received` is what came, each event once and
    in order: anything else fails at once."""

    gateway: ServedGateway
    session_id: str
    question: str
    agent: str = "paces"
    received: list[Event] = field(default_factory=list)
    connections: int = 0

    @property
    def after(self) -> int:
        return len(self.received)

    @property
    def ended(self) -> bool:
        return bool(self.received) and self.received[-1]["event"] in ENDINGS

    async def until(self, seq: int, cut: Cut) -> None:
        """Take up the stream and be cut off once event `seq` has come, or the stream's end."""
        if cut is Cut.CLIENT_KILLED:
            await self._in_a_process(seq)
            return
        while self.after < seq and not self.ended:
            try:
                await self._connected(seq, cut)
            except (aiohttp.ClientError, ConnectionError):
                continue

    async def _connected(self, seq: int, cut: Cut) -> None:
        self.connections += 1
        url = f"http://127.0.0.1:{self.gateway.port}/ws"
        async with aiohttp.ClientSession() as http, http.ws_connect(url, max_msg_size=0) as line:
            await line.send_json(
                {"event": "authenticate", "data": {"token": TOKENS["ann"], "batch": bool(self.connections % 2)}}
            )
            await line.send_json(self._request())
            async with aclosing(_events(line)) as events:
                async for event in events:
                    self._take(event)
                    if self.after == seq and cut is Cut.GATEWAY_KILLED:
                        await self.gateway.end(signal.SIGKILL)
                        await self.gateway.start()
                    elif self.ended or (self.after == seq and cut is not Cut.GATEWAY_KILLED):
                        break
            if cut is Cut.ABORT:
                line._response.connection.transport.abort()  # type: ignore[union-attr]

    def _request(self) -> Event:
        """Ask until there is an answer, which is safe to repeat; then follow."""
        if self.received:
            return {"event": "agent_follow", "data": {"session_id": self.session_id, "after_seq": self.after}}
        asked = {"session_id": self.session_id, "query": self.question, "agent": self.agent}
        return {"event": "agent_query_stream", "data": asked}

    async def _in_a_process(self, seq: int) -> None:
        self.connections += 1
        arguments = (str(self.gateway.port), TOKENS["ann"], self.session_id, str(self.after))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-S", "-m", "tests.programs.clients.thin", *arguments),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        assert process.stdout is not None
        try:
            while self.after < seq and not self.ended:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    line = await process.stdout.readline()
                assert line, "the client's process ended by itself"
                self._take(json.loads(line))
        finally:
            process.kill()
            await process.communicate()

    def _take(self, event: Event) -> None:
        if event["event"] == "authenticated":
            return
        assert event["data"].get("seq") == self.after + 1, f"after event {self.after} came {event}"
        assert not self.ended, f"after the end came {event}"
        self.received.append(event)


async def _events(line: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[Event, None]:
    """Events until the connection is lost."""
    while True:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            message = await line.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            return
        found = json.loads(message.data)
        for event in found if isinstance(found, list) else [found]:
            yield event
