"""`deadstop drain`."""

import sys
from pathlib import Path

import click

from ops.options import config_option, json_option, read_settings, state_dir_option


@click.command()
@config_option
@state_dir_option
@json_option
def command(config: Path | None, state_dir: str | None, as_json: bool) -> None:
    """Accept no more questions, let those finish that were accepted, then end the server. Waits for that.

    Ctrl-C ends the waiting only: the drain goes on.

    Exit codes: 0 drained, 1 there is no server or it ended otherwise, 130 no longer waited for.
    """
    import asyncio

    from bus.address import state_folder
    from ops.console import narration, print_json
    from ops.draining import Left, drain

    folder = state_folder(read_settings(config, {"supervisor.state_dir": state_dir}).supervisor.state_dir)
    err = narration()

    def show(left: Left) -> None:
        if as_json:
            print_json(left)
        else:
            err.print(str(left))

    sys.exit(asyncio.run(drain(folder, show, err.print)))
