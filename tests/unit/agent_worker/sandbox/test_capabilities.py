"""What root may do beyond others, each time in a fresh process: there is no way back to it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

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
