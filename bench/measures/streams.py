"""How fast chunks travel, and how much later than they were said they arrive."""

import asyncio
import time
from contextlib import AsyncExitStack

from bench.harness.client import Client, check_order, is_last, require
from bench.harness.figures import Figure, spread
from bench.harness.system import System, running_system
from bench.limits.program import limit_of
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.servers import OPERATOR

CHUNK_BYTES = 64
BATCH = 256
"""Chunks that a worker puts into one message at most."""

DELAY_CLIENTS = 10


async def throughput(chunks: int, streams: int, rounds: int) -> list[Figure]:
    """Chunks a second from an agent that says as much as is taken: one stream, and many at the same time."""
    one, many, quiet = [], [], []
    chain, zmq, websocket = [], [], []
    async with running_system() as system, system.client() as client:
        await one_stream(client, chunks)
        for _ in range(rounds):
            chain += await limit_of("chain", "stream", chunks, BATCH)
            zmq += await limit_of("wires", "zmq", chunks)
            websocket += await limit_of("wires", "websocket", chunks)
            one.append(await one_stream(client, chunks))
            many.append(await _many_streams(system, chunks // 4, streams))
            quiet.append(await _without_followers(system, chunks // 4, streams))
    batched = f"ZeroMQ and WebSocket, {BATCH} in a message"
    return [
        Figure(f"one stream of {chunks:,} chunks of {CHUNK_BYTES} bytes", "chunks/s", spread(one), True, spread(chain),
               batched, {"median": 150_000}),
        Figure("the same, beside one chunk in a ZeroMQ message", "chunks/s", spread(one), True, spread(zmq),
               "pyzmq over ipc, 64 bytes"),
        Figure("the same, beside one chunk in a WebSocket frame", "chunks/s", spread(one), True, spread(websocket),
               "aiohttp, 64 bytes"),
        Figure(f"{streams} streams at once, followed", "chunks/s", spread(many), True, spread(chain), batched),
        Figure(f"{streams} streams at once, nobody follows", "chunks/s", spread(quiet), True, spread(chain), batched),
    ]  # fmt: skip


async def one_stream(client: Client, chunks: int) -> float:
    """Chunks a second of one stream, from its first chunk to its last event; a job's start is measured elsewhere."""
    await client.ask("floods", f"{chunks} {CHUNK_BYTES}")
    following: dict[str, int] = {}
    started = 0.0
    while True:
        events = await client.events()
        for event in events:
            check_order(following, event)
        if not started and events[-1].event == "agent_chunk":
            started = time.perf_counter()
        if is_last(events[-1]):
            require(events[-1:], "agent_complete")
            return chunks / (time.perf_counter() - started)


async def _many_streams(system: System, chunks: int, streams: int) -> float:
    """Chunks a second of many streams together, each on a connection of its own."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(system.client()) for _ in range(streams)]
        started = time.perf_counter()
        for client in clients:
            await client.ask("floods", f"{chunks} {CHUNK_BYTES}")
        for ends in await asyncio.gather(*(client.until_last() for client in clients)):
            require(ends, "agent_complete")
        return streams * chunks / (time.perf_counter() - started)


async def _without_followers(system: System, chunks: int, streams: int) -> float:
    """Chunks a second of many streams together that go into the log alone."""
    ended = await _ended(system)
    started = time.perf_counter()
    for _ in range(streams):
        await system.supervisor.submit(f"{chunks} {CHUNK_BYTES}", "floods", session_id=f"quiet-{time.time_ns()}")
    while await _ended(system) < ended + streams:  # noqa: ASYNC110  nobody tells us: nobody follows
        await asyncio.sleep(0.005)
    return streams * chunks / (time.perf_counter() - started)


async def _ended(system: System) -> int:
    return (await system.supervisor.client.request(ReadStats(OPERATOR), Stats)).jobs.get("succeeded", 0)


async def delays(jobs: int, seconds: float, every_s: float = 0.02) -> list[Figure]:
    """Milliseconds from an agent's `yield` to the client, with many jobs that each say something every `every_s`."""
    chunks = int(seconds / every_s)
    limit = spread(await limit_of("chain", "ticks", jobs, chunks, every_s))
    async with running_system() as system, AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(system.client()) for _ in range(min(DELAY_CLIENTS, jobs))]
        for number in range(jobs):
            await clients[number % len(clients)].ask("ticks", f"{chunks} {every_s}")
        shares = [len(range(start, jobs, len(clients))) for start in range(len(clients))]
        heard = await asyncio.gather(*(listen(client, share) for client, share in zip(clients, shares, strict=True)))
    # While they all start, the machine is busy with starting.
    begun = max(start for _, starts in heard for start in starts)
    late = [(at - said) / 1e6 for times, _ in heard for at, said in times if said > begun]
    name = f"delay of a chunk, {jobs} jobs, each {1 / every_s:g} a second"
    return [Figure(name, "ms", spread(late), False, limit, "the same over ZeroMQ and WebSocket alone",
                   {"median": 2, "p99": 15})]  # fmt: skip


async def listen(client: Client, jobs: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Until the last of these jobs has ended: ((received, said) of each chunk, when each job said its first one), all
    in nanoseconds."""
    times: list[tuple[int, int]] = []
    starts: dict[str, int] = {}
    following: dict[str, int] = {}
    ended = 0
    while ended < jobs:
        events = await client.events()
        now = time.monotonic_ns()
        for event in events:
            check_order(following, event)
            if event.data.chunk is not None and event.data.chunk.type == "response_chunk":
                said = int(event.data.chunk.chunk)
                starts.setdefault(event.data.session_id, said)
                times.append((now, said))
            if is_last(event):
                require([event], "agent_complete")
                ended += 1
    return times, list(starts.values())
