"""`deadstop show`."""

import click

from ops.options import Target, json_option, target_options


@click.command()
@click.argument("job")
@target_options
@json_option
def command(target: Target, job: str, as_json: bool) -> None:
    """Everything that is known about one job: its life, its rungs, its process, what it used and said."""
    import asyncio

    from ops.console import output, print_json
    from ops.showing import print_record, read_record

    record = asyncio.run(read_record(target, job))
    if as_json:
        print_json(record)
    else:
        print_record(record, output())
