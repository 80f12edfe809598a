"""Ending what belongs to nobody any more."""

import subprocess
import sys

from tests.servers import ROOT

_FLEES = """
import os
while True:
    if os.fork():
        os._exit(0)
"""

_LOOKS_TOO_LATE = f"""
import os, subprocess, sys, time
from bus.orphans import become_subreaper, children, kill_process

become_subreaper()
first = subprocess.Popen([sys.executable, "-S", "-c", {_FLEES!r}], start_new_session=True)
first.wait()
found = children(os.getpid())[0]
os.waitid(os.P_PID, found, os.WEXITED | os.WNOWAIT)
kill_process(found)
deadline = time.monotonic() + 5
try:
    while time.monotonic() < deadline:
        os.waitpid(-1, 0)
except ChildProcessError:
    sys.exit(0)
os.killpg(first.pid, 9)
sys.exit("it forks on")
"""


def test_a_process_that_has_forked_and_gone_before_it_is_killed_takes_its_child_along() -> None:
    """In a program of its own, which becomes a subreaper."""
    program = subprocess.run([sys.executable, "-c", _LOOKS_TOO_LATE], cwd=ROOT, capture_output=True, text=True)
    assert (program.returncode, program.stderr) == (0, "")
