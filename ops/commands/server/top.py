"""`deadstop top`."""

import click

from ops.options import target_options
from ops.target import Target


@click.command()
@target_options
def command(target: Target) -> None:
    """The jobs that live, on a live screen; stop them with a key.

    Arrow keys select a job, `k` stops it, `K` kills it at once (both ask first), `q` quits.
    """
    import asyncio

    from ops.render.console import output
    from ops.top.view import top

    asyncio.run(top(target, output()))
