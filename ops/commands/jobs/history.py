"""`deadstop history`."""

from typing import TYPE_CHECKING

import click

from ops.options import json_option, target_options
from ops.target import Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ops.client.history import Rows


@click.command()
@click.argument("sql", default="")
@target_options
@json_option
def command(target: Target, sql: str, as_json: bool) -> None:
    """What became of the ended jobs: an overview, or SQL over the tables jobs and events. Times are UTC.

    Jobs that have just ended are taken into the history first, when a supervisor runs here. With --url the server there
    is asked, which takes an operator's token.
    """
    from ops.client.history import OVERVIEW
    from ops.render.console import narration, output, print_json
    from ops.render.history_tables import print_rows

    asked = {"": sql} if sql else OVERVIEW
    for index, (title, rows) in enumerate(zip(asked, _rows(target, list(asked.values())), strict=True)):
        if as_json:
            for row in rows.objects():
                print_json({"about": title, **row} if title else row)
        else:
            if index:
                output().print()
            print_rows(title, rows, output(), narration())


def _rows(target: Target, statements: list[str]) -> "Iterable[Rows]":
    import asyncio

    if target.url:
        from ops.actions.history.remote import ask_history

        return asyncio.run(ask_history(target, statements))
    from bus.address import state_folder
    from ops.actions.history.local import bring_up_to_date
    from ops.client.history import JobHistory
    from ops.render.console import narration

    folder = state_folder(target.settings().supervisor.state_dir)
    warning = asyncio.run(bring_up_to_date(folder))
    if warning:
        narration().print(warning, style="yellow")
    history = JobHistory(folder)
    return (history.query(statement) for statement in statements)
