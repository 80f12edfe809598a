"""Nodes need namespaces of processes."""

import subprocess
import sys

import pytest


@pytest.fixture(scope="session", autouse=True)
def _namespaces() -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "supervisor.nodes.machine.namespaces"], capture_output=True, text=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"this machine gives no namespace for a node's processes: {tried.stderr.strip()[-200:]}")
