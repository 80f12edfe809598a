"""Starts real gateways for tests, and speaks to them as a page or a program does."""

import asyncio
import hashlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bus.serve_contract import VARIABLE
from bus.wire.outside import ENDINGS
from tests.harness.network.http_sockets import http_socket
from tests.harness.servers import GONE_WITHIN_S, READY_WITHIN_S, ROOT

MADE_TOKEN = "made for this run"
TOKENS = {"ann": "ann's token", "bob": "bob's token", "ops": "ops token"}
ANSWER_WITHIN_S = 60.0

Event = dict[str, Any]


def token_settings() -> dict[str, Any]:
    """ann and bob are users, ops is an operator."""
    tokens = [
        {
            "sha256": hashlib.sha256(token.encode()).hexdigest(),
            "user": user,
            "role": "operator" if user == "ops" else "user",
        }
        for user, token in TOKENS.items()
    ]
    return {"auth.tokens": tokens}


@dataclass
class RunningGateway:
    """A gateway process and a client session for it."""

    process: asyncio.subprocess.Process
    port: int
    http: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def wire(
        self, user: str | None = "ann", *, batch: bool = False, headers: dict[str, str] | None = None
    ) -> AsyncIterator["Wire"]:
        """A WebSocket, signed in as `user` (`None`: not signed in)."""
        async with self.http.ws_connect(f"{self.url}/ws", max_msg_size=0, headers=headers) as socket:
            wire = Wire(socket)
            if user is not None:
                await wire.send("authenticate", token=TOKENS[user], batch=batch)
                assert (await wire.next())["event"] == "authenticated"
            yield wire

    @asynccontextmanager
    async def wire_over_http(self, user: str = "ann", *, batch: bool = False) -> AsyncIterator["Wire"]:
        """The same connection without a WebSocket, signed in as `user`."""
        async with http_socket(self.http, self.url, {"Authorization": f"Bearer {TOKENS[user]}"}) as socket:
            wire = Wire(socket)
            await wire.send("authenticate", batch=batch)
            assert (await wire.next())["event"] == "authenticated"
            yield wire

    @asynccontextmanager
    async def request(
        self, method: str, path: str, user: str | None = "ann", **given: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One HTTP request with the user's bearer token; redirects are not followed."""
        headers = {"Authorization": f"Bearer {TOKENS[user]}"} if user else {}
        headers |= given.pop("headers", {})
        async with self.http.request(
            method, self.url + path, headers=headers, allow_redirects=False, **given
        ) as answer:
            yield answer

    async def json(self, method: str, path: str, user: str | None = "ann", **given: Any) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        async with self.request(method, path, user, **given) as answer:
            return answer.status, await answer.json()

    async def end(self, number: int = signal.SIGTERM) -> None:
        """Signal it and wait."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        async with asyncio.timeout(GONE_WITHIN_S):
            await self.process.wait()


class Wire:
    """One connection: sends events, receives them one by one whatever frame they came in."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket  # aiohttp's, or a `tests.harness.network.http_sockets.HttpSocket`
        self.frames = 0
        self.longest_list = 0
        self._waiting: list[Event] = []

    async def send(self, event: str, **data: Any) -> None:
        await self.socket.send_json({"event": event, "data": data})

    async def ask(self, session_id: str, query: str, agent: str = "parquet", **more: Any) -> None:
        await self.send("agent_query_stream", session_id=session_id, query=query, agent=agent, **more)

    async def next(self) -> Event:
        """The next event; rows that came in a binary frame stand in `arrow` of their chunk."""
        while not self._waiting:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                message = await self.socket.receive()
            assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
            self.frames += 1
            self._waiting = self._decode(message)
        return self._waiting.pop(0)

    async def until(self, *events: str, session_id: str = "") -> list[Event]:
        """Everything up to the first event of one of these names (and this session)."""
        found = []
        while True:
            found.append(await self.next())
            matches = not session_id or found[-1]["data"].get("session_id") == session_id
            if found[-1]["event"] in events and matches:
                return found

    async def first_word(self) -> str:
        """Wait for the first status of the job that was asked for last; returns the job's id."""
        return str((await self.until_chunk("status"))[0]["data"]["job_id"])

    async def until_chunk(self, kind: str) -> list[Event]:
        """Everything up to the first chunk of this type."""
        found = []
        while True:
            found += await self.until("agent_chunk", *ENDINGS)
            if found[-1]["data"].get("chunk", {}).get("type") == kind:
                return found
            assert found[-1]["event"] not in ENDINGS, f"ended without a chunk {kind}: {found[-1]}"

    async def stream(self, after: int = 0) -> list[Event]:
        """The one stream on this connection to its end; its numbers are checked to be gapless."""
        found = await self.until(*ENDINGS)
        assert [event["data"]["seq"] for event in found] == list(range(after + 1, after + 1 + len(found)))
        return found

    async def closed(self) -> int:
        """Receive until the server has closed; returns the code."""
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while (await self.socket.receive()).type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                pass
        code: int | None = self.socket.close_code
        assert code is not None
        return code

    def _decode(self, message: Any) -> list[Event]:
        if message.type is aiohttp.WSMsgType.TEXT:
            found = json.loads(message.data)
            self.longest_list = max(self.longest_list, len(found) if isinstance(found, list) else 0)
            return found if isinstance(found, list) else [found]
        length = int.from_bytes(message.data[:4], "little")
        header: Event = json.loads(message.data[4 : 4 + length])
        header["data"]["chunk"]["arrow"] = message.data[4 + length :]
        return [header]


@asynccontextmanager
async def running_gateway(state_dir: Path, settings: dict[str, Any] | None = None) -> AsyncIterator[RunningGateway]:
    """A gateway for the supervisor of this state folder, on a free port unless `settings` name one."""
    overrides = {"supervisor.state_dir": str(state_dir), "gateway.port": 0, **token_settings(), **(settings or {})}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        cwd=ROOT,
        env={**os.environ, VARIABLE: json.dumps({"overrides": overrides, "made_token": MADE_TOKEN})},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(READY_WITHIN_S):
        line = await process.stdout.readline()
    assert b"ready" in line, f"the gateway said {line!r}"
    async with aiohttp.ClientSession() as http:
        gateway = RunningGateway(process, json.loads(line)["port"], http)
        try:
            yield gateway
        finally:
            ended_before = process.returncode is not None
            await gateway.end()
    assert ended_before or process.returncode == 0, f"the gateway ended with status {process.returncode}"
