"""`deadstop show`."""

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.argument("job")
@click.option("--timeline", "steps", is_flag=True, help="What it did when, as bars: queue, start, nodes, calls, stop.")
@target_options
@json_option
def command(target: Target, job: str, steps: bool, as_json: bool) -> None:
    """Everything that is known about one job: its life, its rungs, its process, what it used and said."""
    import asyncio

    from ops.actions.show import print_record, read_record, read_timeline
    from ops.render.console import output, print_json
    from ops.render.timeline_view import timeline_lines

    out = output()
    if not steps:
        record = asyncio.run(read_record(target, job))
        if as_json:
            print_json(record)
        else:
            print_record(record, out)
        return
    spans = asyncio.run(read_timeline(target, job))
    for item, line in zip(spans, timeline_lines(spans, out.width), strict=True):
        if as_json:
            print_json(item)
        else:
            out.print(line, soft_wrap=True)
