"""`deadstop ps`."""

from typing import TYPE_CHECKING

import click

from ops.options import Target, json_option, target_options

if TYPE_CHECKING:
    from bus.outside import OutsideJob

STATES = ["queued", "starting", "running", "stopping", "succeeded", "failed", "cancelled"]


@click.command()
@click.option("--all", "everything", is_flag=True, help="Ended jobs too.")
@click.option("--user", default="", help="Only this user's jobs.")
@click.option("--state", type=click.Choice(STATES), help="Only jobs in this state.")
@target_options
@json_option
def command(target: Target, everything: bool, user: str, state: str | None, as_json: bool) -> None:
    """List the jobs that live, newest first."""
    import asyncio

    from ops.console import print_json

    jobs = asyncio.run(_list(target, everything, user, state))
    if as_json:
        for job in jobs:
            print_json(job)
    else:
        _print(jobs)


async def _list(target: Target, everything: bool, user: str, state: str | None) -> "list[OutsideJob]":
    from bus.vocabulary import ENDED, State
    from ops.jobs import connect

    wanted = State(state) if state else None
    async with connect(target) as jobs:
        return await jobs.list(user=user, state=wanted, ended=everything or wanted in ENDED)


def _print(jobs: "list[OutsideJob]") -> None:
    import time

    from ops.console import narration, output
    from ops.job_table import job_table

    if jobs:
        output().print(job_table(jobs, time.time()))
    else:
        narration().print("no jobs")
