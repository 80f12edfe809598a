"""What a node costs: the same question on a node and on the server's own machine, by turns; prints a table.

python -m bench.cluster [--runs N]

The node is on this machine, in a namespace of its own, behind the same line as one elsewhere: encrypted, with a relay.
What the network takes comes on top.
"""

import argparse
import asyncio
import os
import time
from contextlib import AsyncExitStack

import msgspec

from bench.harness.client import Client, is_chunk, is_last, require
from bench.harness.figures import Figure, Result, Spread, spread
from bench.harness.machine import machine, revision, versions
from bench.harness.system import System, running_system
from bench.measures.memory import pss_mib
from bench.measures.starts import FOLLOWING_PAUSE_S
from bench.measures.streams import one_stream
from bench.table import table
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.jobs.nodes import node_of
from tests.harness.servers import OPERATOR, Supervisor, eventually

WARM = {"worker.warm_workers": 2, "agent.default": "says_hello"}
ON_A_NODE = {**WARM, "cluster.provider": "local"}
HERE = "the same on the server's machine"
CHUNKS = 100_000
SLOWER_START_MS, SLOWER_STOP_MS, CHUNKS_PER_S = 2.0, 5.0, 150_000.0


class Times(msgspec.Struct):
    """Milliseconds, and chunks a second."""

    first: list[float] = []
    stop: list[float] = []
    rate: list[float] = []


async def measured(runs: int) -> list[Figure]:
    """Measure here and on a node by turns, so that what else the machine does meets both."""
    here, there = Times(), Times()
    async with AsyncExitStack() as stack:
        near = await stack.enter_async_context(running_system(WARM))
        far = await stack.enter_async_context(running_system(ON_A_NODE))
        await eventually(lambda: _has_a_node(far.supervisor), "the node is ready")
        clients = [
            (await stack.enter_async_context(each.client()), times) for each, times in ((near, here), (far, there))
        ]
        for run in range(runs + 1):
            for client, times in clients:
                await _turn(client, times if run else Times(), with_stream=run % 5 == 0)
        return [*_figures(here, there), *_memory(far)]


async def _has_a_node(supervisor: Supervisor) -> bool:
    nodes = (await supervisor.client.request(ReadStats(OPERATOR), Stats)).nodes
    return [node.state for node in nodes] == ["ready"]


async def _turn(client: Client, times: Times, *, with_stream: bool) -> None:
    times.first.append(await _first_chunk(client))
    await asyncio.sleep(FOLLOWING_PAUSE_S)  # the warm worker is replaced
    times.stop.append(await _stop(client))
    if with_stream:
        times.rate.append(await one_stream(client, CHUNKS))
    await asyncio.sleep(FOLLOWING_PAUSE_S)


async def _first_chunk(client: Client) -> float:
    started = time.perf_counter()
    await client.ask("says_hello", "go")
    await client.until(is_chunk)
    took = time.perf_counter() - started
    await client.until(is_last)
    return took * 1000


async def _stop(client: Client) -> float:
    """Milliseconds from the stop of an obedient agent to its proof."""
    session_id = await client.ask("ticks", "100000 0.02")
    await client.until(is_chunk)
    started = time.perf_counter()
    await client.send("agent_kill", session_id=session_id)
    end = await client.until(is_last)
    require([end], "agent_killed")
    return (time.perf_counter() - started) * 1000


def _figures(here: Times, there: Times) -> list[Figure]:
    first, stop = spread(here.first), spread(here.stop)
    return [
        _beside("first chunk, warm worker on a node", "ms", there.first, first, first.median + SLOWER_START_MS),
        _beside("stop to proof, streaming worker on a node", "ms", there.stop, stop, stop.median + SLOWER_STOP_MS),
        Figure(f"one stream of {CHUNKS:,} chunks from a node", "chunks/s", spread(there.rate), True, spread(here.rate),
               HERE, {"median": CHUNKS_PER_S}),
    ]  # fmt: skip


def _beside(name: str, unit: str, times: list[float], limit: Spread, target: float) -> Figure:
    return Figure(name, unit, spread(times), False, limit, HERE, {"median": target})


def _memory(system: System) -> list[Figure]:
    """What there is of an idle node: its keeper, init and agent, with the fork server and two warm workers."""
    node = node_of(system.supervisor)
    links = [node.keeper, node.init, node.program]
    of_all = sum(pss_mib(process.pid) for process in [node.keeper, *node.left])
    return [
        Figure("a node's keeper, init and agent", "MiB", spread([sum(pss_mib(link.pid) for link in links)])),
        Figure("all of a node, with fork server and two warm workers", "MiB", spread([of_all])),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    options = parser.parse_args()
    found_on, at = machine(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    figures = asyncio.run(measured(options.runs))
    print(table(Result(at, revision(), found_on, versions(), figures)), end="")
    os._exit(0)  # the engine's bindings complain at the normal end of an interpreter that has forked


if __name__ == "__main__":
    main()
