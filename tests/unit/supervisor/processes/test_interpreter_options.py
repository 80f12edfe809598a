"""The fork server's interpreter gets the options of the supervisor's, and nothing of what that runs."""

import subprocess
import sys

import pytest

from supervisor.processes.fork_server_client import interpreter_options


@pytest.mark.parametrize(
    ("options", "program"),
    [
        ([], ["-m", "supervisor", "--flag"]),
        ([], ["program.py", "-X", "dev"]),
        ([], ["-"]),
        (["-I"], ["-m", "supervisor"]),
        (["-X", "dev", "-Werror::ResourceWarning", "-W", "ignore"], ["-c", "pass", "-B"]),
        (["-Xutf8", "-OO", "-B"], ["program.py"]),
        (["--check-hash-based-pycs", "always", "-s"], ["-m", "supervisor"]),
    ],
)
def test_options_end_where_the_program_begins(options: list[str], program: list[str]) -> None:
    assert interpreter_options(["python", *options, *program]) == options


def test_letters_that_stand_before_the_program_s_are_kept() -> None:
    assert interpreter_options(["python", "-Im", "supervisor"]) == ["-I"]
    assert interpreter_options(["python", "-uBc", "pass"]) == ["-uB"]


def test_a_real_interpreter_tells_its_command_line() -> None:
    module = "supervisor.processes.fork_server_client"
    words = f"import sys, {module} as client; print(client.interpreter_options(sys.orig_argv))"
    command = [sys.executable, "-X", "utf8", "-Wdefault", "-Bc", words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "['-X', 'utf8', '-Wdefault', '-B']"
