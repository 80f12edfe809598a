"""What `bench.attack` sends against a gateway, from one process held to one core. TOKEN is of a signed-in user who
misbehaves too. Prints, as JSON, how often each attack was carried out.

python -m bench.harness.attackers PORT SECONDS TOKEN

Against loopback only: it refuses any other address by not taking one.
"""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

HOST = "127.0.0.1"
IDLE_SOCKETS = 200
SLOW_SOCKETS = 100
GUESSERS = 32
GARBAGE_SOCKETS = 8
GARBAGE_FRAMES = 100_000
LARGE_FRAME_BYTES = 1_000_000
GARBAGE = ("", "[", "{}", '{"event": "x"}', '{"event": "agent_kill", "data": []}', "\x00" * 50, '{"event": 1}')


class Attack:
    """All attacks at once, until the time is up; what the gateway closes is opened again."""

    def __init__(self, port: int, token: str, http: aiohttp.ClientSession) -> None:
        self._port = port
        self._token = token
        self._http = http
        self.done: Counter[str] = Counter()

    async def run(self, seconds: float) -> None:
        attacks: list[Callable[[], Awaitable[None]]] = [
            *([self._misbehave_signed_in] * 2),  # first: guessing keeps others from signing in from the same address
            *([self._stay_silent] * IDLE_SOCKETS),
            *([self._send_headers_slowly] * SLOW_SOCKETS),
            *([self._guess] * GUESSERS),
            *([self._send_garbage] * GARBAGE_SOCKETS),
            *([self._send_large_frames] * 2),
        ]
        try:
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for attack in attacks:
                    group.create_task(self._again_and_again(attack))
        except TimeoutError:
            pass

    async def _again_and_again(self, attack: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await attack()
            except (aiohttp.ClientError, OSError):
                self.done["turned_away"] += 1
            await asyncio.sleep(0.01)

    async def _stay_silent(self) -> None:
        """A WebSocket on which nobody ever signs in."""
        async with self._open() as socket:
            self.done["idle_sockets"] += 1
            await socket.receive()

    async def _send_headers_slowly(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        self.done["slow_requests"] += 1
        try:
            writer.write(f"GET /api/jobs HTTP/1.1\r\nHost: {HOST}\r\n".encode())
            while not reader.at_eof():
                writer.write(b"X-Slow: 1\r\n")
                await writer.drain()
                await asyncio.sleep(0.5)
        finally:
            writer.close()

    async def _guess(self) -> None:
        self.done["guesses"] += 1
        headers = {"Authorization": f"Bearer guess-{self.done['guesses']}"}
        async with self._http.get(f"http://{HOST}:{self._port}/api/jobs", headers=headers) as answer:
            await answer.read()

    async def _send_garbage(self) -> None:
        async with self._open() as socket:
            reading = asyncio.create_task(_read_all(socket))
            try:
                while self.done["garbage_frames"] < GARBAGE_FRAMES and not socket.closed:
                    self.done["garbage_frames"] += 1
                    await socket.send_str(GARBAGE[self.done["garbage_frames"] % len(GARBAGE)])
            finally:
                reading.cancel()

    async def _send_large_frames(self) -> None:
        async with self._open() as socket:
            while not socket.closed:
                self.done["large_frames"] += 1
                await socket.send_bytes(b"x" * LARGE_FRAME_BYTES)

    async def _misbehave_signed_in(self) -> None:
        """Send frames that are handled as fast as possible, as a user who has signed in."""
        async with self._open({"Authorization": f"Bearer {self._token}"}) as socket:
            reading = asyncio.create_task(_read_all(socket))
            try:
                while not socket.closed:
                    self.done["hasty_frames"] += 1
                    await socket.send_str('{"event": "agent_list"}')
            finally:
                reading.cancel()

    def _open(self, headers: dict[str, str] | None = None) -> Any:
        return self._http.ws_connect(f"http://{HOST}:{self._port}/ws", headers=headers)


async def _read_all(socket: "aiohttp.ClientWebSocketResponse[bool]") -> None:
    while not socket.closed:
        await socket.receive()


async def main(port: int, seconds: float, token: str) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    began = time.monotonic()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        attack = Attack(port, token, http)
        await attack.run(seconds)
    print(json.dumps({**attack.done, "seconds": round(time.monotonic() - began, 1)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]))
