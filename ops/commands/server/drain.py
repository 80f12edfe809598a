"""`deadstop drain`."""

import sys

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@target_options
@json_option
def command(target: Target, as_json: bool) -> None:
    """Accept no more questions, let those finish that were accepted, then end the server. Waits for that.

    Ctrl-C ends the waiting only: the drain goes on.

    Exit codes: 0 drained, 1 there is no server or it ended otherwise, 130 no longer waited for.
    """
    import asyncio

    from ops.actions.drain.server import Left, drain
    from ops.render.console import narration, print_json

    err = narration()

    def show(left: Left) -> None:
        if as_json:
            print_json(left)
        else:
            err.print(str(left))

    sys.exit(asyncio.run(drain(target, show, err.print)))
