"""`deadstop top`."""

import click

from ops.options import Target, target_options


@click.command()
@target_options
def command(target: Target) -> None:
    """The jobs that live, on a live screen; stop them with a key.

    Arrow keys select a job, `k` stops it, `K` kills it at once (both ask first), `q` quits.
    """
    import asyncio

    from ops.console import output
    from ops.top import top

    asyncio.run(top(target, output()))
