"""`deadstop completion`: a script for the shell, and what the shell is told then."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.cli_runner import deadstop


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(tmp_path: Path, shell: str) -> None:
    done = deadstop(tmp_path, "completion", shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_DEADSTOP_COMPLETE={shell}_complete" in done.stdout
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=done.stdout, text=True, check=True, timeout=120)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("deadstop ki", "kill"), ("deadstop kill --old", "--older-than"), ("deadstop token re", "revoke")],
)
def test_what_the_shell_is_told(tmp_path: Path, words: str, wanted: str) -> None:
    place = str(len(words.split()) - 1)
    asked = {"_DEADSTOP_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": place}
    assert deadstop(tmp_path, **asked).stdout == f"plain,{wanted}\n"


def test_another_shell(tmp_path: Path) -> None:
    assert deadstop(tmp_path, "completion", "tcsh").returncode == 2
