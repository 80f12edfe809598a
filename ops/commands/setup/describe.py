"""`deadstop describe`."""

import sys
from pathlib import Path

import click

from ops.options import config_option, state_dir_option
from ops.target import read_settings


@click.command()
@config_option
@click.option("--data", metavar="DIR", help="Folder of data to look at. Default: that of the settings.")
@click.option(
    "-o", "--output", metavar="FILE", help="Where to write. Default: deadstop.toml beside the data; - prints."
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@state_dir_option
def command(config: Path | None, data: str | None, output: str | None, force: bool, state_dir: str | None) -> None:
    """Write what Deadstop guesses of the data as a file to correct: deadstop.toml.

    Every line in it is commented: nouns, keys, dates, labels, units and the role of each column. What you take the "#"
    away from is held, the rest is guessed anew when the data change.
    """
    import asyncio

    from ops.actions.describe import describe

    settings = read_settings(config, {"supervisor.state_dir": state_dir, "data.folder": data})
    text, place = asyncio.run(describe(config, settings, output, force=force))
    if place is None:
        click.echo(text, nl=False)
        return
    lines = sum(line.startswith("#") and " = " in line and not line.startswith("# ") for line in text.splitlines())
    click.echo(
        f"{place}: {lines} guesses, each a commented line. Correct what is wrong; it is read again.", file=sys.stderr
    )
