"""`deadstop saved`."""

from typing import Any

import click

from ops.commands.jobs.ask import answer, output_options
from ops.options import json_option, target_options
from ops.target import Target


@click.group()
def command() -> None:
    """Questions that were saved in the page, with their parameters: lists them, and asks one again."""


@command.command("list")
@target_options
@json_option
def list_(target: Target, as_json: bool) -> None:
    """List them.

    Each with its place on the board and its parameters, and their defaults.
    """
    import asyncio

    from ops.actions.kept.saved import read_saved, row_of
    from ops.format import clean, one_line
    from ops.render.console import narration, output, print_json
    from ops.render.tables import giving_way, plain_table

    saved = asyncio.run(read_saved(target))
    table = plain_table("NAME", "BOARD", "PARAMETERS", "ASKS", flexible=("NAME", "PARAMETERS", "ASKS"))
    for one in saved:
        parameters = ", ".join(f"{each.name}={each.default}" for each in one.content.parameters)
        place = "" if one.place is None else str(one.place + 1)
        cells = (one.content.name, clean(parameters), one_line(one.content.text, 120))
        name, values, text = (giving_way(clean(cell)) for cell in cells)
        table.add_row(name, place, values, text)
        if as_json:
            print_json(row_of(one))
    if not saved:
        narration().print(
            "nothing is saved; Save under an answer of the page does it, and --url asks the page's server"
        )
    elif not as_json:
        output().print(table)


@command.command()
@click.argument("name")
@click.option("--set", "values", multiple=True, metavar="KEY=VALUE", help="The value of a parameter; else its default.")
@output_options
def run(target: Target, name: str, values: tuple[str, ...], **given: Any) -> None:
    """Ask one again.

    NAME is answered in the terminal, as `deadstop ask` does it.

    Exit codes: 0 answered, 1 failed, 3 the agent asks back, 130 stopped.
    """
    from ops.actions.ask import Question
    from ops.client.access import Query

    answer(target, Question(Query(""), saved=name, values=dict(map(_pair, values))), given)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"--set {text!r} is no KEY=VALUE")
    return key, value
