"""A folder that cannot be used is one line at the start, which names the setting; nothing else is said of it. Nor of a
log that is damaged."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bus.log import LOG_NAME
from bus.serve_contract import UNUSABLE, VARIABLE
from supervisor.storage.store import Store
from tests.harness.jobs.entries import new_entry
from tests.harness.servers import ROOT, assert_nothing_left

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
    done = run(command, environ)
    assert done.returncode == (UNUSABLE if program == "supervisor" else 1)
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert f"{setting}: " in line
    assert "cannot be used" in line
    assert "name a folder in which this account may make files" in line


def run(command: list[str], environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120, check=False
    )


DAMAGE = {
    "a record of a job that ran": "UPDATE jobs SET record = x'c1', state = 'running'",
    "a record of a job that has ended": "UPDATE jobs SET record = x'c1', state = 'failed', ended_at = unixepoch()",
}
PAGES = ("workers", "events", "jobs_by_state")


@pytest.mark.parametrize("what", [*DAMAGE, *PAGES])
def test_a_damaged_log_is_one_line_that_names_it(tmp_path: Path, what: str) -> None:
    store, entry = Store(tmp_path), new_entry()
    store.accept(entry.submit, entry.record())
    store.close()
    log = tmp_path / LOG_NAME
    with closing(sqlite3.connect(log, isolation_level=None)) as db:
        db.execute(DAMAGE.get(what, "UPDATE jobs SET state = 'running'"))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_bytes,) = db.execute("PRAGMA page_size").fetchone()
        roots = dict(db.execute("SELECT name, rootpage FROM sqlite_master"))
    if what in PAGES:
        with log.open("r+b") as file:
            file.seek((roots[what] - 1) * page_bytes)
            file.write(b"\xff" * page_bytes)
    done = run(
        ["-m", "supervisor"],
        {**os.environ, VARIABLE: json.dumps({"overrides": {"supervisor.state_dir": str(tmp_path)}})},
    )
    lines = [line for line in done.stderr.splitlines() if "INFO" not in line and "WARNING" not in line]
    assert (done.returncode, len(lines)) == (UNUSABLE, 1), done.stderr
    assert str(log) in lines[0]
    assert "move it away" in lines[0]
    assert_nothing_left(tmp_path)


def table(key: str, value: str) -> list[str]:
    name, _, field = key.partition(".")
    return [f"[{name}]", f"{field} = {json.dumps(value)}"]
