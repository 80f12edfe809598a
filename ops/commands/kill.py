"""`deadstop kill`."""

import sys

import click

from ops.options import Target, json_option, target_options


@click.command()
@click.argument("job", nargs=-1)
@click.option("--user", default="", help="All jobs of this user.")
@click.option("--all", "everything", is_flag=True, help="All jobs.")
@click.option("--now", is_flag=True, help="Begin with SIGKILL.")
@click.option("--reason", "note", default="", metavar="TEXT", help="Why, in words for the job's record.")
@target_options
@json_option
def command(
    target: Target, job: tuple[str, ...], user: str, everything: bool, now: bool, note: str, as_json: bool
) -> None:
    """Stop jobs, named by the beginning of their ids, and wait for the proof that nothing of them lives.

    Exit codes: 0 all stopped (or had ended before), 1 not found, refused, or no proof in time.
    """
    import asyncio

    from bus.vocabulary import Rung
    from ops.console import narration, output, print_json
    from ops.killing import Order, kill

    if bool(job) + bool(user) + everything != 1:
        raise click.UsageError("name jobs, or a user with --user, or --all")
    order = Order(job, user, Rung.KILL if now else Rung.CANCEL, note)
    outcomes = asyncio.run(kill(target, order))
    for outcome in outcomes:
        if as_json:
            print_json(outcome)
        else:
            (output() if outcome.ok else narration()).print(outcome.sentence)
    if not outcomes:
        narration().print("no jobs")
    sys.exit(0 if all(outcome.ok for outcome in outcomes) else 1)
