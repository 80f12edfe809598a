"""`deadstop ps`."""

from typing import TYPE_CHECKING

import click

from ops.options import filter_options, json_option, target_options
from ops.target import Filters, Target

if TYPE_CHECKING:
    from bus.wire.outside import OutsideJob


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ended jobs too.")
@filter_options
@target_options
@json_option
def command(target: Target, filters: Filters, everything: bool, as_json: bool) -> None:
    """List the jobs that live, newest first."""
    import asyncio

    from ops.render.console import print_json

    jobs = asyncio.run(_list(target, filters, everything))
    if as_json:
        for job in jobs:
            print_json(job)
    else:
        _print(jobs)


async def _list(target: Target, filters: Filters, everything: bool) -> "list[OutsideJob]":
    from bus.contract.vocabulary import ENDED
    from ops.actions.job_selection import select
    from ops.client.connect import connect
    from ops.render.console import say_log_only

    async with connect(target, say_log_only if everything or filters.state in ENDED else None) as jobs:
        return await select(jobs, filters, ended=everything)


def _print(jobs: "list[OutsideJob]") -> None:
    import time

    from ops.render.console import narration, output
    from ops.render.job_table import job_table

    if jobs:
        out = output()
        out.print(job_table(jobs, time.time(), out.width))
    else:
        narration().print("no jobs")
