"""`deadstop nodes`."""

import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ops.options import Subcommands, json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from bus.wire.replies import NodeSummary


@click.group(cls=Subcommands, invoke_without_command=True)
@target_options
@json_option
@click.pass_context
def command(ctx: click.Context, target: Target, as_json: bool) -> None:
    """The machines of a cluster: which take jobs, how many run there, and why one takes none."""
    if ctx.invoked_subcommand is not None:
        if any(ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE for name in ctx.params):
            raise click.UsageError(f"options stand after `{ctx.invoked_subcommand}`", ctx)
        return
    import asyncio

    from ops.render.console import narration, output, print_json
    from ops.render.stats import node_table

    nodes = asyncio.run(_read(target))
    if as_json:
        for node in nodes:
            print_json(node)
    elif nodes:
        output().print(node_table(nodes))
    else:
        narration().print("no nodes: every job runs on the server's machine ([cluster] provider)")


@command.command()
@click.argument("node")
@click.option("--undo", is_flag=True, help="Let it take questions again; does not wait.")
@target_options
@json_option
def drain(node: str, undo: bool, target: Target, as_json: bool) -> None:
    """Give a node no more questions.

    Those that run there finish, then the node ends, and the machine stays out until --undo. Waits for that; Ctrl-C ends
    the waiting only.

    Exit codes: 0 it has left, 1 there is no such node or the drain was taken back, 130 no longer waited for.
    """
    import asyncio

    from ops.actions.drain.node import drain_node, undo_drain
    from ops.render.console import narration, print_json

    err = narration()

    def show(left: "NodeSummary") -> None:
        if as_json:
            print_json(left)
        else:
            err.print(f"{left.name}: {left.state}, {left.jobs} running")

    sys.exit(asyncio.run(undo_drain(target, node, show) if undo else drain_node(target, node, show, err.print)))


async def _read(target: Target) -> "list[NodeSummary]":
    from ops.client.connect import connect

    async with connect(target) as jobs:
        return (await jobs.figures()).nodes
