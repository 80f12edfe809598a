"""A job's processes by the numbers that it has for them itself: of this machine, or within its node's namespace."""

from pathlib import Path

from bus.system.orphans import children, descendants
from tests.harness.servers import Supervisor, is_gone


def is_left(supervisor: Supervisor, pid: int) -> bool:
    """Whether there is still the process that a job of this supervisor calls so, be it as a zombie."""
    return outside(supervisor, pid) is not None if _on_a_node(supervisor) else not is_gone(pid)


def outside(supervisor: Supervisor, pid: int) -> int | None:
    """The number that this machine has for it; None if there is none. Within a namespace nothing leaves its first
    process, so all are found beneath the supervisor."""
    if not _on_a_node(supervisor):
        return None if is_gone(pid) else pid
    nested = {each: _numbers(each) for each in descendants(supervisor.process.pid)}
    return next((each for each, numbers in nested.items() if len(numbers) > 1 and numbers[-1] == pid), None)


def spawning(supervisor: Supervisor) -> int:
    """The process that has workers started and reaps what they leave: the supervisor, or the program of its node."""
    return _program(supervisor) or supervisor.process.pid


def seen_by_workers(supervisor: Supervisor, path: Path) -> Path:
    """The file that they know by this path: a node has mounts of its own."""
    program = _program(supervisor)
    return path if program is None else Path(f"/proc/{program}/root{path}")


def _on_a_node(supervisor: Supervisor) -> bool:
    return _provider(supervisor) is not None


def _provider(supervisor: Supervisor) -> int | None:
    beneath = children(supervisor.process.pid)
    return next((pid for pid in beneath if b"supervisor.nodes.providers" in _command(pid)), None)


def _program(supervisor: Supervisor) -> int | None:
    """Provider, keeper, init, program: each the only child of the one before."""
    pid = _provider(supervisor)
    for _ in range(3):
        pid = next(iter(children(pid)), None) if pid is not None else None
    return pid


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _numbers(pid: int) -> list[int]:
    """Of one process, in each namespace from ours inwards."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for line in lines if line.startswith("NSpid:") for word in line.split()[1:]]
