"""`deadstop ps`."""

from typing import TYPE_CHECKING

import click

from ops.options import Filters, Target, filter_options, json_option, target_options

if TYPE_CHECKING:
    from bus.outside import OutsideJob


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ended jobs too.")
@filter_options
@target_options
@json_option
def command(target: Target, filters: Filters, everything: bool, as_json: bool) -> None:
    """List the jobs that live, newest first."""
    import asyncio

    from ops.console import print_json

    jobs = asyncio.run(_list(target, filters, everything))
    if as_json:
        for job in jobs:
            print_json(job)
    else:
        _print(jobs)


async def _list(target: Target, filters: Filters, everything: bool) -> "list[OutsideJob]":
    from bus.vocabulary import ENDED
    from ops.jobs import connect
    from ops.selection import select

    async with connect(target, looking=everything or filters.state in ENDED) as jobs:
        return await select(jobs, filters, ended=everything)


def _print(jobs: "list[OutsideJob]") -> None:
    import time

    from ops.console import narration, output
    from ops.job_table import job_table

    if jobs:
        out = output()
        out.print(job_table(jobs, time.time(), out.width))
    else:
        narration().print("no jobs")
