"""`deadstop saved`."""

from typing import TYPE_CHECKING, Any

import click

from ops.commands.jobs.ask import answer, output_options
from ops.options import ListedThings, json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from bus.contract.kept.saved import Parameter


@click.group(cls=ListedThings)
def command() -> None:
    """Questions that are kept to be asked again, with parameters: keeps one, lists them, asks one again."""


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
@click.argument("question", default="")
@click.option("--sql", "statement", default="", metavar="STATEMENT", help="A statement in the question's place.")
@click.option(
    "--param", "parameters", multiple=True, metavar="KEY[:KIND]=DEFAULT", help="What stands as {KEY} in it; see below."
)
@click.option("--agent", default="", help="The agent that is asked; else the server's choice.")
@click.option("--model", default="", help="The model that is asked; else the server's choice.")
@target_options
@json_option
def add(target: Target, name: str, parameters: tuple[str, ...], as_json: bool, **given: str) -> None:
    """Keep a question.

    Under NAME: QUESTION, or with --sql a statement; without either what was asked last (the statement that
    answered it, where it went on from another question). The KIND of a parameter is text, number or date; in a
    statement its value becomes a literal.
    """
    import asyncio

    from bus.contract.kept.saved import SavedContent
    from ops.actions.kept.saved import row_of, save
    from ops.format import clean, one_line
    from ops.render.console import narration, print_json

    question, statement = given["question"], given["statement"]
    if question and statement:
        raise click.UsageError("give a question, or a statement with --sql, not both")
    if parameters and not (question or statement):
        raise click.UsageError("--param needs the question, or the statement with --sql, in which {KEY} stands")
    content = SavedContent(
        name,
        statement or question,
        statement=bool(statement),
        agent=given["agent"],
        model=given["model"],
        parameters=[_parameter(text) for text in parameters],
    )
    saved = asyncio.run(save(target, content))
    if as_json:
        print_json(row_of(saved))
    narration().print(f"saved {clean(saved.content.name)}: {one_line(saved.content.text, 120)}", markup=False)


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
    from ops.client.access import AskRequest

    answer(target, Question(AskRequest(""), saved=name, values=dict(map(_pair, values))), given)


def _parameter(text: str) -> "Parameter":
    from bus.contract.kept.saved import Parameter, ParameterKind

    key, equals, default = text.partition("=")
    name, _, kind = key.partition(":")
    if not equals or not name or kind not in ("", *ParameterKind):
        raise click.UsageError(f"--param {text!r} is no KEY=DEFAULT, KEY:number=DEFAULT or KEY:date=DEFAULT")
    return Parameter(name, ParameterKind(kind) if kind else ParameterKind.TEXT, default)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise click.UsageError(f"--set {text!r} is no KEY=VALUE")
    return key, value
