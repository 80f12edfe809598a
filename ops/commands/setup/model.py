"""`deadstop model`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops.options import config_option, json_option
from ops.target import read_settings

if TYPE_CHECKING:
    from bus.contract.settings import Settings


@click.group()
def command() -> None:
    """The model's server: what it can do."""


@command.command()
@click.option("--model", metavar="M", help="Ask for this model. Default: that of the settings.")
@config_option
@json_option
def check(model: str | None, config: Path | None, as_json: bool) -> None:
    """Try all that is needed of it. Three small requests go to the model's server.

    Exit codes: 0 it can be used (warnings say what is done without), 1 it cannot.
    """
    import asyncio

    sys.exit(asyncio.run(_check(read_settings(config, {"llm.model": model}), as_json)))


async def _check(settings: "Settings", as_json: bool) -> int:
    from ops.checks.finding import Level, finding_line
    from ops.checks.model import examination
    from ops.render.console import output, print_json

    out, exit_code = output(), 0
    async for finding in examination(settings):
        exit_code = 1 if finding.level is Level.PROBLEM else exit_code
        if as_json:
            print_json(finding)
        else:
            out.print(finding_line(finding), soft_wrap=True)
    return exit_code
