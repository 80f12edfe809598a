"""Orphans that do not die: whoever ends them goes on after a while, and names them."""

import os
import subprocess
import sys

import pytest

from tests.harness.servers import ROOT

_HAS_AN_ORPHAN_THAT_STAYS = """
import asyncio, ctypes, os, signal, subprocess, sys
from ops.serve.orphan_reaper import OrphanReaper

PTRACE_SEIZE = 0x4206
HOLDS = (
    "import ctypes, signal, sys; libc = ctypes.CDLL(None);"
    f"print(libc.ptrace({PTRACE_SEIZE}, int(sys.argv[1]), 0, 0), flush=True); signal.pause()"
)

orphan_reaper = OrphanReaper([])
orphan = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"])
# Nobody but who traces a process can reap it: killed, it stays.
holder = subprocess.Popen([sys.executable, "-S", "-c", HOLDS, str(orphan.pid)], stdout=subprocess.PIPE)
if holder.stdout.readline() != b"0\\n":
    sys.exit(77)
orphan_reaper._before |= {holder.pid}
print(orphan.pid)
try:
    asyncio.run(orphan_reaper.end_orphans())
finally:
    holder.kill()
    holder.wait()
asyncio.run(orphan_reaper.end_orphans())
"""
_NOT_ALLOWED = 77


def test_an_orphan_that_does_not_die_is_named_and_not_waited_for() -> None:
    """In a program of its own, which becomes a subreaper."""
    done = subprocess.run(
        [sys.executable, "-c", _HAS_AN_ORPHAN_THAT_STAYS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode == _NOT_ALLOWED:
        pytest.skip("nobody may trace a process here")
    assert done.returncode == 0, done.stderr
    orphan = done.stdout.strip()
    assert f"processes [{orphan}] of a dead program have not ended 5 s after SIGKILL; going on" in done.stderr
    assert done.stderr.count("\n") == 1


_ADOPTS = """
import asyncio, os, subprocess, time
from bus.system.orphans import children
from ops.serve.orphan_reaper import OrphanReaper

async def adopt():
    living = subprocess.Popen(["sleep", "1000"])
    orphan_reaper = OrphanReaper([])
    with orphan_reaper.reaping():
        for seconds in (0, 0.3):
            subprocess.run(["sh", "-c", f"for n in 1 2 3 4 5 6 7 8 9 10; do (sleep {seconds} &) ; done"], check=True)
        deadline = time.monotonic() + 60
        while children(os.getpid()) != [living.pid] and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        print(os.getpid(), children(os.getpid()) == [living.pid], living.poll())
    living.kill()
    living.wait()

asyncio.run(adopt())
"""


@pytest.mark.parametrize("first", [False, True])
def test_adopted_orphans_are_reaped_at_once(first: bool) -> None:
    """`first`: as the first process of a container."""
    if first and os.geteuid() != 0:
        pytest.skip("only root can make a process the first of its own")
    container = ["unshare", "--pid", "--fork", "--mount-proc"] if first else []
    done = subprocess.run(
        [*container, sys.executable, "-c", _ADOPTS], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    pid, *found = done.stdout.split()
    assert found == ["True", "None"], done.stderr
    assert (pid == "1") is first
