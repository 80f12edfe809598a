"""Carries a plan out against a server, and looks at everything all the while."""

import asyncio
import contextlib
import resource
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from ops.errors import EXIT_USAGE, OpsError
from ops.load.client import LoadClient
from ops.load.plan import LoadPlan, Visit, visits
from ops.load.report.summary import LoadReport, Observed, Second, make_report
from ops.load.streams import Broken, FollowedStream
from ops.load.wire import WireEvent

CONNECT_AT_ONCE = 50
SETTLE_S = 30.0
"""How long after the last question the answers may take, and then how long stopping all the rest."""

AWAY_S = 1.5
DAWDLE_S = 3.0
MEMORY_EVERY = 5
"""Seconds between two looks at the memory: each look costs the server some time of its own."""

Memory = Callable[[], tuple[float, float]]


class LoadTest:
    """`memory` tells (gateway and supervisor, workers) in MiB where the server is ours; `say` takes a line of progress
    a second."""

    def __init__(self, plan: LoadPlan, base: str, token: str, broken: Broken, say: Callable[[Second], None]) -> None:
        self._plan = plan
        self._base = base
        self._token = token
        self._say = say
        self._prefix = f"load-{secrets.token_hex(4)}"
        self._clients: list[LoadClient] = []
        self._observed = Observed(broken)
        self._busy: set[asyncio.Task[None]] = set()
        self._chunks = 0

    async def run(self, memory: Memory | None = None) -> LoadReport:
        """The whole plan, to its last answer. Raises `OpsError` when the server cannot be reached."""
        _allow_files(self._plan.clients)
        async with self._connected():
            started = time.monotonic()
            looking = asyncio.create_task(self._look(started, memory))
            try:
                await self._ask_all(started)
                await self._settle()
            finally:
                looking.cancel()
            self._observed.seconds = time.monotonic() - started
        for stream in self._observed.streams:
            stream.check_stop(self._plan.stop_within_s)
        self._observed.lost = sum(client.lost for client in self._clients)
        return make_report(self._plan, self._observed)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector) as http:
            self._clients = [
                LoadClient(http, self._base, self._token, self._on_chunk) for _ in range(self._plan.clients)
            ]
            try:
                for start in range(0, len(self._clients), CONNECT_AT_ONCE):
                    some = self._clients[start : start + CONNECT_AT_ONCE]
                    await asyncio.gather(*(client.connect() for client in some))
                self._check_agents()
                yield
            finally:
                await asyncio.gather(*(client.close() for client in self._clients))

    def _check_agents(self) -> None:
        offered = self._clients[0].agents
        missing = [name for name in self._plan.mix if name not in offered]
        if missing:
            words = f"{self._base} offers {', '.join(offered)}, not {', '.join(missing)}; choose others with --mix"
            raise OpsError(words, EXIT_USAGE)

    async def _ask_all(self, started: float) -> None:
        for number, visit in enumerate(visits(self._plan)):
            await asyncio.sleep(max(0.0, started + visit.at - time.monotonic()))
            stream = FollowedStream(f"{self._prefix}-{number}", visit, started + visit.at, self._observed.broken)
            self._observed.streams.append(stream)
            task = asyncio.create_task(self._visit(self._clients[visit.client], stream, visit))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _visit(self, client: LoadClient, stream: FollowedStream, visit: Visit) -> None:
        await client.ask(stream)
        if visit.behaviour == "stays":
            return
        await asyncio.sleep(visit.after_s)
        match visit.behaviour:
            case "stops" | "stops_now":
                await client.stop(stream, now=visit.behaviour == "stops_now")
            case "leaves":
                await client.leave(AWAY_S)
            case "reloads":
                await client.leave(0.0, anew=True)
            case "dawdles":
                client.dawdle(DAWDLE_S)

    async def _settle(self) -> None:
        """Wait for what is open. An overloaded server may have more waiting than it can do in `SETTLE_S`: the rest is
        stopped at once, and that no end comes even then is what counts as broken."""
        if await self._all_ended(SETTLE_S):
            return
        for client in self._clients:
            for stream in list(client.streams.values()):
                await client.stop(stream, now=True)
        await self._all_ended(SETTLE_S)
        for client in self._clients:
            for stream in client.streams.values():
                self._observed.broken.tell(f"{stream!r}: no end")

    async def _all_ended(self, within_s: float) -> bool:
        deadline = time.monotonic() + within_s
        while self._busy or any(client.streams for client in self._clients):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _on_chunk(self, event: WireEvent, now: float) -> None:
        chunk = event.data.chunk
        if chunk is not None and chunk.type == "response_chunk" and chunk.chunk.isdigit():
            self._observed.delays_ms.append(now * 1000 - int(chunk.chunk) / 1e6)

    async def _look(self, started: float, memory: Memory | None) -> None:
        used = (0.0, 0.0)
        asked = ended = chunks = 0
        while True:
            await asyncio.sleep(1.0 - (time.monotonic() - started) % 1.0)
            if memory is not None and len(self._observed.timeline) % MEMORY_EVERY == 0:
                used = await asyncio.to_thread(memory)
            streams = self._observed.streams
            now_asked, now_ended = len(streams), sum(bool(stream.end) for stream in streams)
            now_chunks = sum(stream.chunks for stream in streams)
            second = Second(
                at=round(time.monotonic() - started, 1),
                open=now_asked - now_ended,
                chunks=now_chunks - chunks,
                asked=now_asked - asked,
                ended=now_ended - ended,
                memory_mib=round(used[0], 1),
                workers_mib=round(used[1], 1),
            )
            asked, ended, chunks = now_asked, now_ended, now_chunks
            self._observed.timeline.append(second)
            self._say(second)


def _allow_files(clients: int) -> None:
    """Raises `OpsError` when this process may not open so many connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < clients + 100:
        raise OpsError(f"{clients} clients need as many open files; the hard limit is {hard} (ulimit -Hn)", EXIT_USAGE)
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
