"""`deadstop ask`."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ops.options import json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from ops.actions.ask import Question

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "markdown", "csv", "json")
"""The formats of `ops.render.result_text`, which takes too long to load for `--help`; a test compares."""

MAX_INPUT_CHARS = 1_000_000


def output_options(command: F) -> F:
    """How an answer is printed, and of which server: what `answer` takes as `target` and `given`."""
    for option in reversed(_OUTPUT):
        command = option(command)
    return command


_OUTPUT = (
    click.option(
        "--format", "form", type=click.Choice(FORMATS), help="Print the whole result, once it is there, as this."
    ),
    click.option("--csv", "as_csv", is_flag=True, help="The same as --format csv."),
    click.option(
        "-o", "--output", "path", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to this file."
    ),
    click.option("-q", "--quiet", is_flag=True, help="No narration; only what goes wrong is said."),
    target_options,
    json_option,
)


@click.command()
@click.argument("question")
@click.option("--agent", default="", help="Which agent shall answer. Default: the server's.")
@click.option("--model", default="", metavar="M", help="Which of the server's models shall answer. Default: the first.")
@click.option("--max-rows", type=click.IntRange(1), help="At most this many rows.")
@click.option("--data", metavar="PLACE", help="Ask this folder, or address, with a server for this question alone.")
@click.option("--conversation", metavar="ID", help="Ask in this conversation; a new name begins one.")
@click.option("--continue", "latest", is_flag=True, help="Go on with the latest conversation, or answer what it asked.")
@output_options
def command(target: Target, question: str, **given: Any) -> None:
    """Ask QUESTION and answer it in the terminal; when nobody serves, a server is started for it.

    QUESTION - reads it from standard input. Ctrl-C stops the job and says how it stopped; a second Ctrl-C kills it at
    once. --json prints the stream, one object a line.

    Exit codes: 0 answered, 1 failed, 3 the agent asks back, 130 stopped.
    """
    from bus.wire.commands import Options
    from ops.actions.ask import Question
    from ops.client.access import AskRequest

    if given["conversation"] and given["latest"]:
        raise click.UsageError("--conversation and --continue name two conversations; give one of them")
    query = AskRequest(_question(question), given["agent"], Options(max_rows=given["max_rows"], model=given["model"]))
    answer(target, Question(query, given["data"], given["conversation"], given["latest"]), given)


def answer(target: Target, asked: "Question", given: dict[str, Any]) -> None:
    """Ask, print the answer as the output options in `given` say, and end with the exit code."""
    import asyncio

    from ops.actions.ask import ask
    from ops.render.answer_printer import AnswerPrinter
    from ops.render.console import narration, output, print_json
    from ops.render.result_text import StreamResult

    as_json = given["as_json"]
    _require_place(given["path"])
    form = _form(given["form"], given["path"], as_csv=given["as_csv"], as_json=as_json)
    printer = AnswerPrinter(None if form else output(), narration(), quiet=given["quiet"])
    result = StreamResult()

    def show(item: dict[str, Any]) -> None:
        printer.show(item)
        if form:
            result.take(item)

    try:
        exit_code = asyncio.run(ask(target, asked, print_json if as_json else show, printer.say))
    finally:
        printer.close()
    if form and exit_code in (0, 3):
        _write(result, form, given["path"])
    sys.exit(exit_code)


def _require_place(path: Path | None) -> None:
    """An answer that has been paid for finds its file. Raises `UsageError`."""
    if path is None or os.access(path if path.exists() else path.parent, os.W_OK):
        return
    why = "it may not be written to" if path.parent.is_dir() else f"there is no folder {path.parent}"
    raise click.UsageError(f"{path} cannot be written: {why}")


def _question(argument: str) -> str:
    if argument != "-":
        if not argument.strip():
            raise click.UsageError("the question is empty; ask something, or read it from standard input with -")
        return argument
    text = sys.stdin.read(MAX_INPUT_CHARS + 1).strip()
    if len(text) > MAX_INPUT_CHARS:
        raise click.UsageError(f"the question on standard input is longer than {MAX_INPUT_CHARS:,} characters")
    if not text:
        raise click.UsageError("standard input is empty; write the question there, or as an argument")
    return text


def _form(named: str | None, path: Path | None, *, as_csv: bool, as_json: bool) -> str | None:
    """The format of the whole result; None where it is printed as it comes. Raises `UsageError`."""
    from ops.render.result_text import SUFFIXES

    if as_json and (named or as_csv or path):
        raise click.UsageError("--json prints the stream as it comes; for the whole result use --format json")
    if as_csv and named not in (None, "csv"):
        raise click.UsageError(f"--csv and --format {named} are two formats; give one of them")
    if as_csv or named or path is None:
        return "csv" if as_csv else named
    if path.suffix.lower() not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise click.UsageError(f"the name {path.name} does not say its format ({known}); give --format")
    return SUFFIXES[path.suffix.lower()]


def _write(result: Any, form: str, path: Path | None) -> None:
    """Raises `OpsError`."""
    from ops.errors import OpsError
    from ops.format import clean
    from ops.render.result_text import result_text

    text = result_text(result, form)
    if path is None:
        sys.stdout.write(clean(text) if sys.stdout.isatty() else text)  # a file gets what the data hold
        sys.stdout.flush()
        return
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise OpsError(f"{path} cannot be written: {error.strerror or error}") from error
