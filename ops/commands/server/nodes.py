"""`deadstop nodes`."""

from typing import TYPE_CHECKING

import click

from ops.options import json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from bus.wire.commands import NodeSummary


@click.command()
@target_options
@json_option
def command(target: Target, as_json: bool) -> None:
    """The machines of a cluster: which take jobs, how many run there, and why one takes none."""
    import asyncio

    from ops.render.console import narration, output, print_json
    from ops.render.stats import node_table

    nodes = asyncio.run(_read(target))
    if as_json:
        print_json(nodes)
    elif nodes:
        output().print(node_table(nodes))
    else:
        narration().print("no nodes: every job runs on the server's machine ([cluster] engine)")


async def _read(target: Target) -> "list[NodeSummary]":
    from ops.client.connect import connect

    async with connect(target) as jobs:
        return (await jobs.figures()).nodes
