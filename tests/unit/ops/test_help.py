"""What `--help` of every command prints at 80 and at 50 columns, held by readable files in `help/`.

Where it is meant to change, `DEADSTOP_WRITE_SNAPSHOTS=1 .venv/bin/pytest tests/unit/ops/test_help.py` writes them anew.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ops.cli import OTHER_NAMES, cli

HELP = Path(__file__).parent / "help"


@pytest.mark.parametrize("columns", [80, 50])
def test_help_is_read_at_this_width(columns: int) -> None:
    printed = "\n".join(f"$ {' '.join(path)} --help\n{_help(path[1:], columns)}" for path in _commands(cli, "deadstop"))
    assert not [line for line in printed.splitlines() if len(line) > columns]
    assert not re.search(r"[a-z,]\.\.\.$", printed, re.MULTILINE), "a summary is cut"
    path = HELP / f"{columns}-columns.txt"
    if os.environ.get("DEADSTOP_WRITE_SNAPSHOTS") == "1":
        path.write_text(printed)
    assert printed == path.read_text()


def test_the_names_of_other_tools_are_none_of_ours() -> None:
    commands = {path[1] for path in _commands(cli, "deadstop") if len(path) == 2}
    assert not commands & set(OTHER_NAMES)
    assert set(OTHER_NAMES.values()) <= commands | {"--help", "--version"}


def _help(path: tuple[str, ...], columns: int) -> str:
    asked = CliRunner().invoke(cli, [*path, "--help"], prog_name="deadstop", terminal_width=columns)
    assert asked.exit_code == 0, asked.output
    return asked.output


def _commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """The whole tree of commands, by their paths."""
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, *path, name)
