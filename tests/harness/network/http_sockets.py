"""`/api/connection` with the interface of a WebSocket, so that one test speaks over both."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp


class Message(NamedTuple):
    """As `aiohttp.WSMessage`."""

    type: aiohttp.WSMsgType
    data: Any


class HttpSocket:
    """One connection: events come in the answer to a GET, each frame goes as a POST. Made by `http_socket`."""

    def __init__(self, http: aiohttp.ClientSession, url: str, response: aiohttp.ClientResponse) -> None:
        self._http = http
        self._url = url
        self._response = response
        self.connection_id = ""
        self.close_code: int | None = None

    async def send_json(self, value: Any) -> None:
        await self.send_str(json.dumps(value))

    async def send_str(self, text: str) -> None:
        """Raises AssertionError where the server does not take the frame."""
        assert await self.post(text.encode()) == 204

    async def post(self, frame: bytes, headers: dict[str, str] | None = None) -> int:
        """The status that a frame of this connection is answered with."""
        given = headers if headers is not None else dict(self._response.request_info.headers)
        sent = {"Authorization": given["Authorization"]} if "Authorization" in given else {}
        address = f"{self._url}/api/connection/{self.connection_id}"
        async with self._http.post(address, data=frame, headers=sent) as answer:
            return answer.status

    async def receive(self) -> Message:
        """The next frame; a message of type CLOSED after the last."""
        while True:
            name, data = await self._event()
            if name == "opened":
                self.connection_id = json.loads(data)["connection_id"]
                return Message(aiohttp.WSMsgType.PING, b"")
            if name == "close":
                self.close_code = json.loads(data)["code"]
            if name in ("close", "end"):
                return Message(aiohttp.WSMsgType.CLOSED, None)
            if name == "binary":
                return Message(aiohttp.WSMsgType.BINARY, base64.b64decode(data))
            if name == "message":
                return Message(aiohttp.WSMsgType.TEXT, data.decode())

    def cut(self) -> None:
        """Lose the connection without a word."""
        self._response.close()

    async def _event(self) -> tuple[str, bytes]:
        """(name, data) of the next event; a comment is called "ping", the end of the answer "end"."""
        name, data = "message", b""
        while True:
            line = (await self._response.content.readline()).rstrip(b"\n")
            if self._response.content.at_eof() and not line:
                return "end", b""
            if line.startswith(b": "):
                name = "ping"
            elif line.startswith(b"event: "):
                name = line[7:].decode()
            elif line.startswith(b"data: "):
                data = line[6:]
            elif not line:
                return name, data


@asynccontextmanager
async def http_socket(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> AsyncIterator[HttpSocket]:
    """An open connection of who the headers sign in."""
    timeout = aiohttp.ClientTimeout(total=None)
    async with http.get(f"{url}/api/connection", headers=headers, timeout=timeout, read_bufsize=1 << 24) as response:
        assert response.status == 200, await response.text()
        socket = HttpSocket(http, url, response)
        async with asyncio.timeout(60):
            await socket.receive()
        assert socket.connection_id
        yield socket
