"""`deadstop ask`."""

import sys

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.argument("question")
@click.option("--agent", default="", help="Which agent shall answer. Default: the server's.")
@click.option("--max-rows", type=click.IntRange(1), help="At most this many rows.")
@click.option("--data", metavar="PLACE", help="Ask this folder, or address, with a server for this question alone.")
@target_options
@json_option
def command(target: Target, question: str, agent: str, max_rows: int | None, data: str | None, as_json: bool) -> None:
    """Ask QUESTION and answer it in the terminal; when nobody serves, a server is started for it.

    Ctrl-C stops the job and says how it stopped; a second Ctrl-C kills it at once.

    Exit codes: 0 answered, 1 failed, 3 the agent asks back, 130 stopped.
    """
    import asyncio

    from bus.wire.commands import Options
    from ops.actions.ask import Question, ask
    from ops.render.answer_printer import AnswerPrinter
    from ops.render.console import narration, output, print_json

    printer = AnswerPrinter(output(), narration())
    asked = Question(question, agent, Options(max_rows=max_rows), data)
    try:
        exit_code = asyncio.run(ask(target, asked, print_json if as_json else printer.show, printer.say))
    finally:
        printer.close()
    sys.exit(exit_code)
