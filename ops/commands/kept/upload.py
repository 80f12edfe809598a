"""`deadstop upload`."""

from pathlib import Path

import click

from ops.options import json_option, target_options
from ops.target import Target


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@target_options
@json_option
def command(target: Target, files: tuple[Path, ...], as_json: bool) -> None:
    """Give files of your own to ask about: Parquet, CSV, TSV, JSON, Excel.

    A copy is kept for you alone until you delete it (`deadstop files delete`). What cannot be read is not kept,
    nor what Ctrl-C stops before it has been read.
    """
    import asyncio

    import msgspec

    from ops.actions.kept.files import give_file
    from ops.format import clean
    from ops.render.console import output, print_json, sending

    for file in files:
        with sending(clean(file.name), file.stat().st_size) as sent:
            kept = asyncio.run(give_file(target, file, sent))
        if as_json:
            print_json(msgspec.to_builtins(kept))
        else:
            output().print(
                f"{clean(kept.name)} can be asked about as {', '.join(map(clean, kept.tables))}", markup=False
            )
