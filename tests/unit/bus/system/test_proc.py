"""What the kernel says of a process, and how its end is told."""

import os
import subprocess
import sys

import pytest

from bus.system.proc import exit_in_words, read_stat


def test_a_process_and_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        stat = read_stat(child.pid)
        assert stat is not None
        assert (stat.pid, stat.parent) == (child.pid, os.getpid())
        assert stat.started > 0
    assert read_stat(child.pid) is None


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "exited with status 0"),
        (3, "exited with status 3"),
        (-9, "killed by SIGKILL"),
        (-63, "killed by signal 63"),
    ],
)
def test_exits_in_words(code: int, words: str) -> None:
    assert exit_in_words(code) == words
