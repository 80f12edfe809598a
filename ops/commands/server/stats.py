"""`deadstop stats`."""

from typing import TYPE_CHECKING

import click

from ops.options import json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from bus.wire.replies import Stats


@click.command()
@target_options
@json_option
def command(target: Target, as_json: bool) -> None:
    """Figures of a running server: jobs, queue, workers, events, the log."""
    import asyncio

    from ops.client.stats import flat
    from ops.render.console import print_json

    figures = asyncio.run(_read(target))
    if as_json:
        print_json(flat(figures))
    else:
        _print(figures)


async def _read(target: Target) -> "Stats":
    from ops.client.connect import connect

    async with connect(target) as jobs:
        return await jobs.figures()


def _print(figures: "Stats") -> None:
    from ops.render.console import narration, output, print_facts
    from ops.render.stats import figure_lines, troubles

    print_facts(output(), figure_lines(figures))
    for trouble in troubles(figures):
        narration().print(f"note: {trouble}", style="yellow")
