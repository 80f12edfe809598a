"""`nodes drain`: no more questions for one node, and waiting until it has left."""

import asyncio
from collections.abc import Callable

from bus.wire.replies import NodeSummary
from ops.actions.interrupts import Interrupted, counted
from ops.client.access import JobsAccess
from ops.client.connect import connect
from ops.errors import EXIT_STOPPED, OpsError
from ops.target import Target

LOOK_EVERY_S = 0.2


async def drain_node(target: Target, name: str, show: Callable[[NodeSummary], None], say: Callable[[str], None]) -> int:
    """Begin the drain and `show` the node, whenever its state or the number of its jobs has changed, until it has left.

    Returns the exit code. Raises `Declined` where there is no such node, `OpsError` when the drain is taken back.
    """
    with counted() as interrupts:
        async with connect(target) as jobs:
            await jobs.drain_node(name)
            try:
                await interrupts.guard(_until_left(jobs, name, show))
            except Interrupted:
                say("the drain goes on without being watched; `deadstop nodes` shows how far it is")
                return EXIT_STOPPED
    return 0


async def undo_drain(target: Target, name: str, show: Callable[[NodeSummary], None]) -> int:
    """Take the drain back, and `show` the node where there already is one. Returns the exit code."""
    async with connect(target) as jobs:
        await jobs.drain_node(name, undo=True)
        for node in (await jobs.figures()).nodes:
            if node.name == name:
                show(node)
    return 0


async def _until_left(jobs: JobsAccess, name: str, show: Callable[[NodeSummary], None]) -> None:
    shown: NodeSummary | None = None
    while shown is None or shown.state != "left":
        node = next((node for node in (await jobs.figures()).nodes if node.name == name), None)
        if node is None or node.state == "ready":
            raise OpsError(f"the drain of {name} was taken back meanwhile")
        if shown is None or (node.state, node.jobs) != (shown.state, shown.jobs):
            show(node)
            shown = node
        await asyncio.sleep(LOOK_EVERY_S)
