"""`deadstop history`."""

from pathlib import Path

import click

from ops.options import config_option, json_option, state_dir_option
from ops.target import read_settings


@click.command()
@click.argument("sql", default="")
@config_option
@state_dir_option
@json_option
def command(sql: str, config: Path | None, state_dir: str | None, as_json: bool) -> None:
    """What became of the ended jobs: an overview, or SQL over the tables jobs and events. Times are UTC.

    Jobs that have just ended are taken into the history first, when a supervisor runs.
    """
    import asyncio

    from bus.address import state_folder
    from ops.actions.history import bring_up_to_date
    from ops.client.history import OVERVIEW, JobHistory
    from ops.render.console import narration, output, print_json
    from ops.render.history_tables import print_rows

    folder = state_folder(read_settings(config, {"supervisor.state_dir": state_dir}).supervisor.state_dir)
    warning = asyncio.run(bring_up_to_date(folder))
    if warning:
        narration().print(warning, style="yellow")
    history = JobHistory(folder)
    for index, (title, statement) in enumerate({"": sql}.items() if sql else OVERVIEW.items()):
        rows = history.query(statement)
        if as_json:
            for row in rows.objects():
                print_json({"about": title, **row} if title else row)
        else:
            if index:
                output().print()
            print_rows(title, rows, output(), narration())
