"""`deadstop kill`."""

import sys

import click

from ops.options import filter_options, json_option, target_options
from ops.target import Filters, Target


@click.command()
@click.argument("job", nargs=-1)
@filter_options
@click.option("--all", "everything", is_flag=True, help="All jobs.")
@click.option("--now", is_flag=True, help="Begin with SIGKILL.")
@click.option("--reason", "note", default="", metavar="TEXT", help="Why, in words for the job's record.")
@click.option("--dry-run", is_flag=True, help="Only say which jobs would be stopped.")
@target_options
@json_option
def command(
    target: Target,
    filters: Filters,
    job: tuple[str, ...],
    everything: bool,
    now: bool,
    note: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Stop jobs, named by the beginning of their ids, and wait for the proof that nothing of them lives.

    Instead of naming jobs, say which are meant: --user, --state, --agent and --older-than together, or --all.

    Exit codes: 0 all stopped (or had ended before), 1 not found, refused, or no proof in time.
    """
    import asyncio

    from bus.contract.vocabulary import Rung
    from ops.actions.kill import KillRequest, kill
    from ops.render.console import narration, output, print_json

    if bool(job) + bool(filters) + everything != 1:
        raise click.UsageError("name jobs, or say which with --user, --state, --agent, --older-than, or --all")
    request = KillRequest(job, filters, Rung.KILL if now else Rung.CANCEL, note, dry_run)
    results = asyncio.run(kill(target, request))
    for result in results:
        if as_json:
            print_json(result)
        else:
            (output() if result.ok else narration()).print(result.sentence)
    if not results:
        narration().print("no jobs")
    sys.exit(0 if all(result.ok for result in results) else 1)
