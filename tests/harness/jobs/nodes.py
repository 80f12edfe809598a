"""The processes of a supervisor's only node, as they are seen from outside its namespace."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.harness.servers import Supervisor


@dataclass(frozen=True)
class NodeProcesses:
    """The links that hold a node, and all that is in its namespace now."""

    provider: psutil.Process
    keeper: psutil.Process
    init: psutil.Process
    program: psutil.Process
    inside: list[psutil.Process]

    @property
    def living(self) -> list[psutil.Process]:
        """Those that may still do something: what is killed and waits for its turn to end does not."""
        return [process for process in self.left if not _is_killed(process)]

    @property
    def left(self) -> list[psutil.Process]:
        """What there still is of it, dead but not reaped processes included."""
        return [process for process in self.inside if process.is_running()]

    def outside(self, inner_pid: int) -> psutil.Process:
        """The process that has this number within."""
        return next(process for process in self.inside if _inner_pid(process) == inner_pid)


def require_namespaces() -> None:
    """Skip what needs a node on this machine, where the machine gives none."""
    probe = [sys.executable, "-m", "supervisor.nodes.machine.namespaces"]
    tried = subprocess.run(probe, capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this machine gives no namespace for a node's processes: {tried.stderr.strip()[-200:]}")


def node_of(supervisor: Supervisor) -> NodeProcesses:
    """The one node of this supervisor."""
    children = psutil.Process(supervisor.process.pid).children()
    return node_beneath(next(child for child in children if "supervisor.nodes.providers.local" in child.cmdline()))


def node_beneath(provider: psutil.Process) -> NodeProcesses:
    """The node whose keeper this process has started."""
    (keeper,) = provider.children()
    return node_beneath_keeper(provider, keeper)


def node_beneath_keeper(provider: psutil.Process, keeper: psutil.Process) -> NodeProcesses:
    """That of this keeper. Raises ValueError for one that is not whole."""
    (init,) = keeper.children()
    (program,) = init.children()
    return NodeProcesses(provider, keeper, init, program, [init, *init.children(recursive=True)])


def _is_killed(process: psutil.Process) -> bool:
    """Whether it is dead, or SIGKILL stands against it."""
    try:
        status = dict(line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines())
    except (FileNotFoundError, ProcessLookupError):
        return True
    pending = int(status["SigPnd"], 16) | int(status["ShdPnd"], 16)
    return status["State"].split()[0] in "ZX" or bool(pending >> (signal.SIGKILL - 1) & 1)


def _inner_pid(process: psutil.Process) -> int | None:
    """None of one that has ended meanwhile."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(next(line for line in lines if line.startswith("NSpid:")).split()[-1])
