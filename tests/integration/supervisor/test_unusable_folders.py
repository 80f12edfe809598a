"""A folder that cannot be used is one line at the start, which names the setting; nothing else is said of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.program import UNUSABLE, VARIABLE
from tests.harness.servers import ROOT

HOW = ("a file", "below a file", "a link to itself", "not writable", "no such home", "no path")
SETTINGS = ("supervisor.state_dir", "bus.runtime_dir", "worker.scratch_dir")


def unusable(tmp_path: Path, how: str) -> str:
    if how == "a file":
        (tmp_path / "file").touch()
        return str(tmp_path / "file")
    if how == "below a file":
        (tmp_path / "file").touch()
        return str(tmp_path / "file" / "below")
    if how == "a link to itself":
        (tmp_path / "link").symlink_to("link")
        return str(tmp_path / "link")
    return {"not writable": "/proc/deadstop", "no such home": "~nobody-here/x", "no path": "a\0b"}[how]


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("program", ["supervisor", "serve"])
def test_it_is_one_line_that_names_the_setting(tmp_path: Path, program: str, setting: str, how: str) -> None:
    values = {"supervisor.state_dir": str(tmp_path / "state"), setting: unusable(tmp_path, how)}
    if program == "serve":
        tables = [line for key, value in values.items() for line in table(key, value)]
        (tmp_path / "my.toml").write_text("\n".join([*tables, "[gateway]", "port = 0"]))
        command = ["-m", "ops", "serve", "--config", str(tmp_path / "my.toml")]
        environ = dict(os.environ)
    else:
        command = ["-m", "supervisor"]
        environ = {**os.environ, VARIABLE: json.dumps({"overrides": values})}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == (UNUSABLE if program == "supervisor" else 1)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"{setting}: " in line
    assert "cannot be used" in line
    assert "name a folder in which this account may make files" in line


def table(key: str, value: str) -> list[str]:
    name, _, field = key.partition(".")
    return [f"[{name}]", f"{field} = {json.dumps(value)}"]
