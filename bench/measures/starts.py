"""How long until the first chunk, and how many jobs a second, each in a fresh process."""

import asyncio
import time

from bench.harness.client import Client, check_order, is_chunk, is_last, require
from bench.harness.figures import Figure, Spread, spread
from bench.harness.system import System, running_system
from bench.limits.program import limit_of
from bus.wire.outside import ENDINGS
from ops.load.wire import WireEvent

IN_FLIGHT = 8
STATEMENT = "select 1"
FOLLOWING_PAUSE_S = 0.3
"""Long enough for the warm workers to be replaced: warm ones are measured."""


async def first_chunks(runs: int) -> list[Figure]:
    """Milliseconds from the question sent over the WebSocket to the first chunk received."""
    fork = spread(await limit_of("forks", "first", "bare", runs))
    there_and_back = spread(await limit_of("chain", "once", runs))
    async with running_system({"worker.warm_workers": 2}) as system, system.client() as client:
        warm = await _first_chunk(client, "says_hello", runs, warm=True)
        warm_sql = await _first_chunk(client, "sql", runs, warm=True)
    async with running_system() as system, system.client() as client:
        fresh = await _first_chunk(client, "says_hello", runs)
        fresh_sql = await _first_chunk(client, "sql", runs)
    wire = "WebSocket and ZeroMQ, there and back"
    return [
        Figure("first chunk, warm worker", "ms", warm, False, there_and_back, wire, {"median": 5, "p95": 15}),
        Figure("first chunk, warm worker, `sql` agent", "ms", warm_sql, False, there_and_back, wire),
        Figure("first chunk, fresh process", "ms", fresh, False, fork, "bare fork to its first word"),
        Figure("first chunk, fresh process, `sql` agent", "ms", fresh_sql, False, fork, "bare fork to its first word"),
    ]


async def _first_chunk(client: Client, agent: str, runs: int, *, warm: bool = False) -> Spread:
    took = []
    for run in range(runs + 1):
        started = time.perf_counter()
        await client.ask(agent, STATEMENT)
        await client.until(is_chunk)
        if run:  # the first tells the supervisor that this agent is wanted
            took.append((time.perf_counter() - started) * 1000)
        await client.until(is_last)
        if warm:
            await asyncio.sleep(FOLLOWING_PAUSE_S)
    return spread(took)


async def job_rates(count: int, rounds: int) -> list[Figure]:
    """Jobs a second, `IN_FLIGHT` at a time over one WebSocket, from the question to the end; interleaved with plain
    processes started and reaped by multiprocessing and by nothing but fork."""
    ours, sql, server, plain, bare = [], [], [], [], []
    async with running_system() as system:
        await job_rate(system, "nothing", IN_FLIGHT)
        await job_rate(system, "sql", IN_FLIGHT)
        for _ in range(rounds):
            server += await limit_of("forks", "rate", "forkserver", count)
            plain += await limit_of("forks", "rate", "fork", count)
            ours.append(await job_rate(system, "nothing", count))
            bare += await limit_of("forks", "rate", "bare", count)
            sql.append(await job_rate(system, "sql", max(count // 4, IN_FLIGHT)))
    fork, bare_fork = "multiprocessing, fork, one after the other", "bare fork and exit"
    return [
        Figure("no-op jobs, fresh process each", "jobs/s", spread(ours), True, spread(plain), fork, {"median": 150}),
        Figure("`sql` jobs, fresh process each", "jobs/s", spread(sql), True, spread(plain), fork, {"median": 40}),
        Figure("plain processes, multiprocessing's fork", "/s", spread(plain), True, spread(bare), bare_fork),
        Figure("plain processes, its forkserver", "/s", spread(server), True, spread(bare), bare_fork),
    ]


async def job_rate(system: System, agent: str, count: int) -> float:
    """Jobs a second, `IN_FLIGHT` at a time over one WebSocket."""
    async with system.client() as client:
        following: dict[str, int] = {}
        ends: list[WireEvent] = []
        started = time.perf_counter()
        asked = min(count, IN_FLIGHT)
        for _ in range(asked):
            await client.ask(agent, STATEMENT)
        while len(ends) < count:
            for event in await client.events():
                check_order(following, event)
                if event.event not in ENDINGS:
                    continue
                ends.append(event)
                if asked < count:
                    asked += 1
                    await client.ask(agent, STATEMENT)
        took = time.perf_counter() - started
    require(ends, "agent_complete")
    return count / took
