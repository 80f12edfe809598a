"""The entry point: quick, complete, and described in docs/commands.md."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from bus.transport.sockets import BusError
from ops.cli import COMMANDS, cli

ROOT = Path(__file__).parents[3]

HEAVY = ("bus", "rich", "zmq", "pyarrow", "aiohttp", "asyncio", "msgspec")


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; from ops.cli import cli\n"
        "cli.main(['--help'], prog_name='deadstop', standalone_mode=False)\n"
        f"heavy = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    for name, (_, words) in COMMANDS.items():
        assert f"  {name}" in done.stdout
        assert words.split()[0] in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_explained_and_stands_in_the_manual(name: str) -> None:
    manual = (ROOT / "docs" / "commands.md").read_text()
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.help
    assert f"## `deadstop {name}`" in manual
    for part in [command, *getattr(command, "commands", {}).values()]:
        assert part.help
        for option in part.params:
            if isinstance(option, click.Option):
                assert option.help, option.name
                assert option.opts[0] in manual, option.opts[0]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("top2", "there is no command 'top2'; did you mean deadstop top"),
        ("sow", "did you mean deadstop show"),
        ("stop", "did you mean deadstop kill?"),
        ("logs", "did you mean deadstop tail?"),
        ("zzzzz", "there is no command 'zzzzz'$"),
    ],
)
def test_an_unknown_command_is_a_usage_error_that_names_the_one_meant(typed: str, words: str) -> None:
    with pytest.raises(click.UsageError, match=words):
        cli.main([typed], prog_name="deadstop", standalone_mode=False)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("saved remove", "there is no command 'remove' of `deadstop saved`; there are list, add, run$"),
        ("files delet cats.csv", r"did you mean delete\?$"),
        ("token make", "there are create, list, revoke$"),
        ("nodes undrain", r"did you mean drain\?$"),
        ("files list everything", "unexpected extra argument"),
        ("ask X --output /no/such/folder/answer.csv", "there is no folder /no/such/folder$"),
    ],
)
def test_what_is_wrong_in_a_command_is_said_before_anything_is_asked(typed: str, words: str) -> None:
    with pytest.raises(click.UsageError, match=words):
        cli.main(typed.split(), prog_name="deadstop", standalone_mode=False)


def test_an_empty_question_is_a_usage_error() -> None:
    with pytest.raises(click.UsageError, match="the question is empty"):
        cli.main(["ask", " "], prog_name="deadstop", standalone_mode=False)


@pytest.mark.parametrize("name", ["saved", "shares", "files"])
def test_things_are_listed_where_no_command_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(BusError, match="no supervisor runs"):
        cli.main([name, "--state-dir", str(tmp_path)], prog_name="deadstop", standalone_mode=False)
