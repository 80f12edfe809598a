"""What is done to the nodes of a server in a run, and what is left on them."""

import asyncio
from contextlib import suppress

import psutil

from tests.chaos.script import Step
from tests.harness.jobs.nodes import NodeProcesses, node_beneath_keeper

NODE_SETTINGS = """
[cluster]
provider = "local"
nodes = {}
slots = 4
lease_s = 3.0
margin_s = 2.0
"""


def nodes_of(supervisor: psutil.Process) -> list[NodeProcesses]:
    """Those that are whole now; one that starts or ends is not."""
    found = []
    with suppress(psutil.NoSuchProcess, StopIteration):
        provider = _provider(supervisor)
        for keeper in sorted(provider.children(), key=lambda process: process.pid):
            with suppress(psutil.NoSuchProcess, ValueError):
                found.append(node_beneath_keeper(provider, keeper))
    return found


async def strike(supervisor: psutil.Process, step: Step) -> bool:
    """Kill or stop one of its nodes, or its provider and so all of them. Whether there was one."""
    nodes = nodes_of(supervisor)
    if not nodes:
        return False
    node = nodes[step.pick % len(nodes)]
    with suppress(psutil.NoSuchProcess):
        if step.kind.startswith("kill_"):
            getattr(node, step.kind.removeprefix("kill_")).kill()
        else:
            node.program.suspend()  # if for good, its lease ends it
        if step.kind == "stall_program":
            await asyncio.sleep(step.pause_s)
            node.program.resume()
    return True


def left_on(supervisor: psutil.Process) -> list[psutil.Process]:
    """Processes of jobs: they work in scratch folders."""
    found = []
    for node in nodes_of(supervisor):
        for process in node.left:
            with suppress(psutil.NoSuchProcess):
                found += [process] if "/scratch/" in process.cwd() else []
    return found


def _provider(supervisor: psutil.Process) -> psutil.Process:
    return next(child for child in supervisor.children() if "supervisor.nodes.providers.local" in child.cmdline())
