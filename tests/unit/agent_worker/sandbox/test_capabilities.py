"""What root may do beyond others, each time in a fresh process: there is no way back to it."""

import ctypes
import errno
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_worker.sandbox import capabilities
from agent_worker.sandbox.preconditions import Unsupported

ROOT = Path(__file__).parents[4]
RUN_S = 120
NOBODY = 65534

PROBE = """
import errno, json, os, resource, subprocess, sys
from agent_worker.sandbox import capabilities
from bus.system.prctl import gain_no_privileges

mine, theirs = sys.argv[1:]
child = [sys.executable, "-c", "import os, sys; os.chown(sys.argv[1], 1, 1)", mine]


def outcome(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except subprocess.CalledProcessError:
        return "child failed"
    return "done"


gain_no_privileges()
capabilities.give_up()
tries = {
    "read what is another account's": lambda: open(theirs).read(),
    "write into it": lambda: open(theirs, "a").write("x"),
    "write into its own": lambda: open(mine, "a").write("x"),
    "give a file away": lambda: os.chown(mine, 1, 1),
    "have a child give it away": lambda: subprocess.run(child, check=True, capture_output=True),
    "become another account": lambda: os.setuid(1),
    "run before all others": lambda: os.setpriority(os.PRIO_PROCESS, 0, -20),
    "run in real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
}
print(json.dumps({name: outcome(action) for name, action in tries.items()}))
"""


def refusing(*held: int) -> Callable[[str, "ctypes.Array[ctypes.c_char]"], None]:
    """The calls where somebody has these capabilities, and a filter refuses to change them, as systemd's does."""

    def call(name: str, sets: "ctypes.Array[ctypes.c_char]") -> None:
        if name == "capset":
            raise PermissionError(errno.EPERM, "refused")
        sets.raw = struct.pack("=6I", *held)

    return call


def test_who_has_none_to_give_up_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "_call", refusing(0, 0, 0, 0, 0, 0))
    capabilities.give_up()


def test_where_they_cannot_be_given_up_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capabilities, "_call", refusing(1, 1, 0, 0, 0, 0))
    with pytest.raises(Unsupported, match="capabilities cannot be given up: refused; run Deadstop as another user"):
        capabilities.give_up()


@pytest.mark.skipif(os.geteuid() != 0, reason="others have no capability to give up")
def test_root_keeps_reading_and_nothing_else(tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    for path in (mine, theirs):
        path.write_text("x")
    theirs.chmod(0o600)
    os.chown(theirs, NOBODY, NOBODY)
    command = [sys.executable, "-c", PROBE, str(mine), str(theirs)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=RUN_S, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "read what is another account's": "done",
        "write into it": "EACCES",
        "write into its own": "done",
        "give a file away": "EPERM",
        "have a child give it away": "child failed",
        "become another account": "EPERM",
        "run before all others": "EACCES",
        "run in real time": "EPERM",
    }
    assert mine.stat().st_uid == 0
