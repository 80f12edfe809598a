"""Nodes need namespaces of processes."""

import subprocess
import sys

import pytest

PROGRAM = """
import os
from supervisor.nodes.machine.namespaces import mount_own, unshare_processes
unshare_processes()
if (child := os.fork()) == 0:
    mount_own()
    os._exit(0)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.fixture(scope="session", autouse=True)
def _namespaces() -> None:
    tried = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine gives no namespace for a node's processes: {tried.stderr.strip()[-200:]}")
