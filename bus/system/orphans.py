"""Finding and ending orphaned processes: for the programs that are subreapers."""

import contextlib
import os
import signal
from collections.abc import Callable, Container, Iterator
from functools import partial
from pathlib import Path

from bus.system.proc import read_proc, read_stat, threads_of

_KERNEL_LISTS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()


def sweep_orphans(own: set[int]) -> int:
    """Kill and reap every child that is not our own: it belonged to a process that is dead.

    Returns how many there still were, so that one sweeps until there are none.
    """
    orphans = [pid for pid in children(os.getpid()) if pid not in own]
    for pid in orphans:
        kill_descendants(pid)
        kill_process(pid, partial(_is_child_of, pid, {os.getpid()}))
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
    return len(orphans)


def kill_descendants(pid: int) -> None:
    """SIGKILL to every process beneath `pid`. Those that were reparented meanwhile beyond the others are spared: the
    next call finds them where they are now."""
    below = descendants(pid)
    family = {pid, *below}
    for each in below:
        kill_process(each, partial(_is_child_of, each, family))


def kill_process(pid: int, is_meant: Callable[[], bool]) -> None:
    """SIGKILL through a pidfd, and to its group. A process that is not ours to kill (it runs as another user) lives on
    and is counted as left; the others must not live on because of it.

    Since its number was learnt it may have ended, and the number may be another's: `is_meant()` is asked when the
    number can become no other's any more, and whoever is not meant is spared.
    """
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not is_meant():
            return
        _kill_group(pid, pidfd)
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    finally:
        os.close(pidfd)


def _kill_group(pid: int, pidfd: int) -> None:
    """SIGKILL to all of a process's group at once: the kernel lets no member fork meanwhile, so that one which is
    another each time it is looked for is caught too.

    Not in our own session: there are we, and workers that have not made theirs yet. Into any other nobody gets but
    by descent from the one who made it.
    """
    session, group = os.getsid(pid), os.getpgid(pid)
    if session != os.getsid(0):
        signal.pidfd_send_signal(pidfd, 0)  # not reaped, so that both were its own, and no other's of its number
        with contextlib.suppress(PermissionError):
            os.killpg(group, signal.SIGKILL)


def _is_child_of(pid: int, family: Container[int]) -> bool:
    stat = read_stat(pid)
    return stat is not None and stat.parent in family


def descendants(pid: int) -> list[int]:
    """Every process beneath `pid`, parents before their children; `pid` itself is not among them."""
    return list(each_descendant(pid))


def each_descendant(pid: int) -> Iterator[int]:
    """The descendants one after the other, for callers that may stop early."""
    waiting = [pid]
    while waiting:
        below = children(waiting.pop())
        yield from below
        waiting += below


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`, zombies included."""
    if not _KERNEL_LISTS_CHILDREN:
        return [each for each in map(int, filter(str.isdigit, _names())) if _is_child_of(each, {pid})]
    found: list[int] = []
    try:
        threads = threads_of(pid)
    except (FileNotFoundError, ProcessLookupError):
        return found
    for thread in threads:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended; the others have not
            found += map(int, read_proc(f"/proc/{pid}/task/{thread}/children").split())
    return found


def _names() -> list[str]:
    with os.scandir("/proc") as entries:
        return [entry.name for entry in entries]
