"""Ending what belongs to nobody any more."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bus.system.orphans import kill_descendants
from bus.system.proc import read_stat
from supervisor.processes.containment.sweep import kill_left_behind
from tests.harness.servers import ROOT

_FLEES = """
import os
while True:
    if os.fork():
        os._exit(0)
"""

_LOOKS_TOO_LATE = f"""
import os, subprocess, sys, time
from bus.system.orphans import children, kill_process
from bus.system.prctl import become_subreaper

become_subreaper()
first = subprocess.Popen([sys.executable, "-S", "-c", {_FLEES!r}], start_new_session=True)
first.wait()
found = children(os.getpid())[0]
os.waitid(os.P_PID, found, os.WEXITED | os.WNOWAIT)
kill_process(found, lambda: True)
deadline = time.monotonic() + 60
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


@pytest.fixture
def other_process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is beneath none but us."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(
    "listing", ["bus.system.orphans.descendants", "supervisor.processes.containment.sweep.descendants"]
)
def test_who_bears_a_number_after_another_is_spared(
    other_process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, listing: str
) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as parent:
        monkeypatch.setattr(listing, lambda _: [other_process.pid])  # as if its child had ended since it was listed
        stat = read_stat(parent.pid)
        assert stat is not None
        family = {(stat.pid, stat.started)}
        if listing.startswith("bus"):
            kill_descendants(parent.pid)
            parent.kill()
        else:
            assert kill_left_behind(family) == [parent.pid]
        assert parent.wait() == -signal.SIGKILL
    os.kill(other_process.pid, signal.SIGTERM)
    assert other_process.wait() == -signal.SIGTERM
    assert family == {(stat.pid, stat.started)}
