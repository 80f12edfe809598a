"""`deadstop tail`."""

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.argument("job")
@click.option("--after", type=click.IntRange(0), default=0, metavar="SEQ", help="Begin after this event.")
@target_options
@json_option
def command(target: Target, job: str, after: int, as_json: bool) -> None:
    """Follow a job's stream, from its beginning to its end. Watching does not keep a job alive."""
    import asyncio

    from ops.actions.tail import event_line, tail
    from ops.render.console import output, print_json

    out = output()

    def show(item: dict[str, object]) -> None:
        out.print(event_line(item, out.width), soft_wrap=True)

    asyncio.run(tail(target, job, after, print_json if as_json else show))
