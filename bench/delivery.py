"""What slow followers cost the others: their delay, their speed, and the gateway's memory.

python -m bench.delivery [--seconds S]
"""

import argparse
import asyncio
import json
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller
from bus.wire.outside import ENDINGS
from tests.harness.gateways import TOKENS, Event
from tests.harness.network.cuts import ServedGateway, served_gateway
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import WHOLE, zoo_settings
from tests.programs.clients import thin

FOLLOWERS = 100
SLOW = 10
SLOW_BYTES_PER_S = 1000
SIPS_PER_S = 10
SETTLE_S = 0.5
"""After followers have come or gone."""

LOOK_EVERY_S = 0.2

BULK_CHUNKS, BULK_CHUNK_BYTES = 480, 65_536
"""More than the kernel buffers for a connection, so that who is slow is slow from the first byte on."""
TICKS_PER_S = 50
RESULT_CHUNKS = 3200
ANN = Caller("ann", Role.USER)


@dataclass
class System:
    """A supervisor, a gateway, and connections of ann's."""

    supervisor: Supervisor
    gateway: ServedGateway
    http: aiohttp.ClientSession

    @property
    def gateway_bytes(self) -> int:
        assert self.gateway.process is not None
        return int(psutil.Process(self.gateway.process.pid).memory_info().rss)

    async def ask(self, session_id: str, question: str) -> str:
        return await self.supervisor.submit(question, "paces", session_id=session_id, caller=ANN)

    async def events(self, session_id: str, after: int) -> AsyncGenerator[Event, None]:
        """A session's events as a client hears them, at full speed."""
        async with self.http.ws_connect(f"http://127.0.0.1:{self.gateway.port}/ws", max_msg_size=0) as line:
            await line.send_json({"event": "authenticate", "data": {"token": TOKENS["ann"], "batch": True}})
            await line.receive()
            await line.send_json({"event": "agent_follow", "data": {"session_id": session_id, "after_seq": after}})
            async for message in line:
                found = json.loads(message.data)
                for event in found if isinstance(found, list) else [found]:
                    yield event
                    if event["event"] in ENDINGS:
                        return


@asynccontextmanager
async def running_system() -> AsyncIterator[System]:
    with tempfile.TemporaryDirectory(prefix="deadstop-bench-") as folder:
        async with (
            running_supervisor(Path(folder), {**zoo_settings(), **WHOLE}) as supervisor,
            served_gateway(supervisor.state_dir) as gateway,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        ):
            yield System(supervisor, gateway, http)


class Follower:
    """Follows at full speed and notes how late each chunk came."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float]] = []
        self.present = asyncio.Event()

    async def follow(self, system: System, session_id: str, after: int) -> None:
        async with aclosing(system.events(session_id, after)) as events:
            async for event in events:
                now = time.time()
                assert event["data"]["seq"] == after + 1, f"after {after} came {event}"
                after += 1
                if event["event"] not in ENDINGS:
                    self.heard.append((now, now - float(event["data"]["chunk"]["chunk"].split()[1])))
                self.present.set()

    def delays_ms(self, since: float, until: float) -> list[float]:
        return [delay * 1000 for at, delay in self.heard if since <= at < until]


class SlowReader:
    """Follows a session from its beginning, a little at a time, until it is let go."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.read_bytes = 0
        self._let_go = False

    def let_go(self) -> None:
        self._let_go = True

    async def follow(self, system: System, session_id: str) -> None:
        loop, frames = asyncio.get_running_loop(), thin.Frames()
        line = await asyncio.to_thread(thin.connect, system.gateway.port, TOKENS["ann"], batch=True, buffer_bytes=4096)
        await asyncio.to_thread(thin.follow, line, session_id, 0)
        line.setblocking(False)
        with line:
            while not self._let_go:
                self._take(frames, await loop.sock_recv(line, SLOW_BYTES_PER_S // SIPS_PER_S))
                await asyncio.sleep(1 / SIPS_PER_S)
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            while data := await loop.sock_recv(line, 1 << 18):
                if self._take(frames, data):
                    return
        raise ConnectionError(f"the stream of {session_id} broke off after event {self.numbers[-1]}")

    def _take(self, frames: thin.Frames, data: bytes) -> bool:
        """Whether that was the last of it."""
        self.read_bytes += len(data)
        for payload in frames.feed(data):
            found = json.loads(payload)
            for event in found if isinstance(found, list) else [found]:
                if "seq" in event["data"]:
                    self.numbers.append(event["data"]["seq"])
                if event["event"] in ENDINGS:
                    return True
        return False


@dataclass
class Crowd:
    """What `FOLLOWERS` of one job heard: without slow ones among them, with them, and again without."""

    alone_ms: list[float]
    beside_slow_ms: list[float]
    afterwards_ms: list[float]
    gateway_grew_bytes: int
    slow_read_bytes: list[int]

    def figures(self) -> dict[str, object]:
        return {
            "followers": FOLLOWERS,
            "slow": len(self.slow_read_bytes),
            "alone_ms": spread(self.alone_ms),
            "beside_slow_ms": spread(self.beside_slow_ms),
            "afterwards_ms": spread(self.afterwards_ms),
            "gateway_grew_mb": round(self.gateway_grew_bytes / 1e6, 1),
            "slow_read_bytes": max(self.slow_read_bytes),
        }


async def crowd(seconds: float) -> Crowd:
    """Measure each of the three phases for so long."""
    ticks = int(TICKS_PER_S * (3 * (seconds + SETTLE_S) + 10))
    question = f"{BULK_CHUNKS} 1000000 {BULK_CHUNK_BYTES}, {ticks} {TICKS_PER_S}"
    async with running_system() as system, AsyncExitStack() as stack:
        job_id = await system.ask("crowd", question)
        await _reached(system, job_id, BULK_CHUNKS + 2)
        fast = [Follower() for _ in range(FOLLOWERS - SLOW)]
        for follower in fast:
            stack.push_async_callback(_cancel, _task(follower.follow(system, "crowd", BULK_CHUNKS + 2)))
        await asyncio.gather(*(follower.present.wait() for follower in fast))
        alone = await _phase(seconds)
        memory = [system.gateway_bytes]
        slow = [SlowReader() for _ in range(SLOW)]
        reading = [_task(reader.follow(system, "crowd")) for reader in slow]
        beside = await _phase(seconds, lambda: memory.append(system.gateway_bytes))
        for task in reading:
            await _cancel(task)
        afterwards = await _phase(seconds)
        await system.supervisor.stop(job_id)
        alone_ms, beside_ms, afterwards_ms = (
            [ms for one in fast for ms in one.delays_ms(*phase)] for phase in (alone, beside, afterwards)
        )
        grew, sips = max(memory) - memory[0], [reader.read_bytes for reader in slow]
        return Crowd(alone_ms, beside_ms, afterwards_ms, grew, sips)


@dataclass
class LetGo:
    """How fast others read a result while somebody reads it slowly and after, and what the slow one got in the end."""

    beside_mb_per_s: list[float]
    afterwards_mb_per_s: list[float]
    slow_read_bytes: int
    numbers: list[int]
    expected: int
    gateway_grew_bytes: int

    def figures(self) -> dict[str, object]:
        return {
            "result_mb": round(RESULT_CHUNKS * BULK_CHUNK_BYTES / 1e6),
            "beside_slow_mb_per_s": round(statistics.median(self.beside_mb_per_s), 1),
            "afterwards_mb_per_s": round(statistics.median(self.afterwards_mb_per_s), 1),
            "slow_read_bytes": self.slow_read_bytes,
            "slow_got_all": self.numbers == list(range(1, self.expected + 1)),
            "gateway_grew_mb": round(self.gateway_grew_bytes / 1e6, 1),
        }


async def let_go(seconds: float) -> LetGo:
    """Have one reader take little for `seconds`, and then all the rest, beside others who read at their own pace."""
    async with running_system() as system:
        await system.ask("large", f"{RESULT_CHUNKS} 1000000 {BULK_CHUNK_BYTES}")
        await _read(system, "large")
        before = grown = system.gateway_bytes
        slow, beside = SlowReader(), []
        reading = _task(slow.follow(system, "large"))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            beside.append(await _read(system, "large"))
            grown = max(grown, system.gateway_bytes)
        taken = slow.read_bytes
        slow.let_go()
        await reading
        afterwards = [await _read(system, "large") for _ in range(3)]
        grown = max(grown, system.gateway_bytes)
        return LetGo(beside, afterwards, taken, slow.numbers, RESULT_CHUNKS + 2, grown - before)


async def _read(system: System, session_id: str) -> float:
    """Read a whole stream; MB of it a second."""
    started, seq = time.monotonic(), 0
    async with aclosing(system.events(session_id, 0)) as events:
        async for event in events:
            assert event["data"]["seq"] == seq + 1, f"after {seq} came {event}"
            seq += 1
    return RESULT_CHUNKS * BULK_CHUNK_BYTES / 1e6 / (time.monotonic() - started)


async def _reached(system: System, job_id: str, seq: int) -> None:
    async with aclosing(system.supervisor.client.follow(job_id)) as batches:
        async for batch, _ in batches:
            if batch.last >= seq:
                return


async def _phase(seconds: float, look: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """Wait until things have settled, then for `seconds`, calling `look` now and then. Returns the phase's beginning
    and end, in Unix seconds."""
    await asyncio.sleep(SETTLE_S)
    since = time.time()
    while time.time() < since + seconds:
        look()
        await asyncio.sleep(min(seconds, LOOK_EVERY_S))
    return since, time.time()


def _task(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def spread(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    shares = {"median": 0.5, "p95": 0.95, "p99": 0.99}
    return {name: round(ordered[int(len(ordered) * share)], 2) for name, share in shares.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=60.0, help="how long each phase is measured")
    seconds = arguments.parse_args().seconds
    print(json.dumps({"crowd": asyncio.run(crowd(seconds)).figures()}))
    print(json.dumps({"let_go": asyncio.run(let_go(seconds)).figures()}))


if __name__ == "__main__":
    main()
