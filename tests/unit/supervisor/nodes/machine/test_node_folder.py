"""A node's files on its own machine."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from supervisor.nodes.machine.node_folder import NodeFolder

KILLED = "import os, signal, supervisor.nodes.machine.node_folder as it; f = it.NodeFolder(); os.kill(os.getpid(), 9)"


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def test_the_folder_of_one_that_was_killed_goes_with_the_next_and_a_living_one_s_stays(tmp_path: Path) -> None:
    living = NodeFolder()
    subprocess.run([sys.executable, "-c", KILLED], check=False)
    (killed,) = set(tmp_path.iterdir()) - {living.path}
    (killed / "scratch").mkdir()
    next_one = NodeFolder()
    assert set(tmp_path.iterdir()) == {living.path, next_one.path}
    for folder in (living, next_one):
        folder.remove()
    assert not list(tmp_path.iterdir())


def test_nobody_else_enters_it(tmp_path: Path) -> None:
    folder = NodeFolder()
    assert folder.path.stat().st_mode & 0o777 == 0o700
    folder.remove()


def test_a_link_with_such_a_name_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / "deadstop-node-trap").symlink_to(precious)
    NodeFolder().remove()
    assert precious.is_dir()
