"""Processor time of a job and of a chunk, program by program: why a rate is what it is."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import psutil

from bench.harness.figures import Figure, spread
from bench.harness.system import System, running_system
from bench.measures.starts import IN_FLIGHT, job_rate
from bench.measures.streams import DELAY_CLIENTS, listen

WORKERS = "workers"
STARTED_AFTER_S = 3.0
WATCHED_S = 4.0

Spent = dict[str, float]
"""Seconds by program."""


async def costs(jobs: int, rounds: int, streams: int) -> list[Figure]:
    """`rounds` runs of `jobs` no-op jobs (a quarter as many with SQL), and of `streams` streams of 50 chunks a second
    each. A core has 1,000 ms a second."""
    no_op: list[Spent] = []
    sql: list[Spent] = []
    async with running_system() as system:
        await job_rate(system, "nothing", IN_FLIGHT)
        await job_rate(system, "sql", IN_FLIGHT)
        for _ in range(rounds):
            no_op.append(await _of_jobs(system, "nothing", jobs))
            sql.append(await _of_jobs(system, "sql", max(IN_FLIGHT, jobs // 4)))
        chunks = [await _of_chunks(system, streams) for _ in range(rounds)]
    return [
        *_figures("processor time of a no-op job", "ms", 1e3, no_op),
        *_figures("processor time of a `sql` job", "ms", 1e3, sql),
        *_figures(f"processor time of a chunk, {streams} jobs, each 50 a second", "µs", 1e6, chunks),
    ]


def _figures(name: str, unit: str, scale: float, runs: Sequence[Spent]) -> list[Figure]:
    total = Figure(name, unit, spread([sum(run.values()) * scale for run in runs]))
    return [total, *(Figure(f"{name}: {part}", unit, spread([run[part] * scale for run in runs])) for part in runs[0])]


async def _of_jobs(system: System, agent: str, count: int) -> Spent:
    before = _spent(system)
    await job_rate(system, agent, count)
    return _difference(before, _spent(system), count)


async def _of_chunks(system: System, streams: int, every_s: float = 0.02) -> Spent:
    """Processor time of a chunk, measured in the midst of streams that go on for longer."""
    count = round((STARTED_AFTER_S + 2 * WATCHED_S) / every_s)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(system.client()) for _ in range(min(DELAY_CLIENTS, streams))]
        for number in range(streams):
            await clients[number % len(clients)].ask("ticks", f"{count} {every_s}")
        shares = [len(range(start, streams, len(clients))) for start in range(len(clients))]
        heard = asyncio.gather(*(listen(client, share) for client, share in zip(clients, shares, strict=True)))
        await asyncio.sleep(STARTED_AFTER_S)
        before = _spent(system)
        await asyncio.sleep(WATCHED_S)
        spent = _difference(before, _spent(system), round(streams * WATCHED_S / every_s))
        await heard
    return spent


def _spent(system: System) -> Spent:
    """Processor seconds of each program so far. Workers are children of the fork server, which is the supervisor's one
    child: those that have ended count with it, the others by themselves."""
    supervisor = psutil.Process(system.supervisor.process.pid)
    (fork_server,) = supervisor.children()
    ended = fork_server.cpu_times()
    return {
        "supervisor": _own(supervisor),
        "fork server": _own(fork_server),
        WORKERS: ended.children_user + ended.children_system + sum(map(_own, fork_server.children(recursive=True))),
        "gateway": _own(psutil.Process(system.gateway.process.pid)),
    }


def _own(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _difference(before: Spent, after: Spent, count: int) -> Spent:
    return {part: (after[part] - before[part]) / count for part in before}
