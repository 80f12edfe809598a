"""`deadstop doctor`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.options import config_option, json_option, state_dir_option
from ops.target import read_settings

if TYPE_CHECKING:
    from bus.contract.settings import Settings


@click.command()
@config_option
@click.option("--data", metavar="PLACE", help="Folder of data, or address, to look at. Default: that of the settings.")
@state_dir_option
@json_option
def command(config: Path | None, data: str | None, state_dir: str | None, as_json: bool) -> None:
    """Check Python, the kernel, folders, port, data, a worker's start and the model, and say what to do.

    Exit codes: 0 nothing keeps Deadstop from working (there may be warnings), 1 something does.
    """
    import asyncio

    settings = read_settings(config, {"supervisor.state_dir": state_dir, "data.folder": data})
    sys.exit(asyncio.run(_examine(config, settings, as_json)))


async def _examine(config: Path | None, settings: "Settings", as_json: bool) -> int:
    from ops.actions.doctor import examine
    from ops.checks.finding import Level, finding_line
    from ops.render.console import output, print_json

    out, exit_code = output(), 0
    async for finding in examine(config, settings):
        if finding.level is Level.PROBLEM:
            exit_code = 1
        if as_json:
            print_json(finding)
        else:
            out.print(finding_line(finding), soft_wrap=True)
    return exit_code
