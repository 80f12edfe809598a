"""Containment by control groups: each worker is born in a group of its own, from which nothing that descends from it
can flee, which dies by one write, and whose emptiness the kernel tells.
"""

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from bus.contract.vocabulary import Proof
from bus.system.control_groups import ControlGroup, group_of
from bus.system.orphans import children, kill_descendants, kill_process
from supervisor.processes.containment.interface import Held

LOOK_AGAIN_S = 0.0005


class ControlGroups:
    """The groups of one supervisor, beneath `root`. `own()` are the children of this process that are no workers."""

    proof = Proof.CGROUP
    look_again_s = LOOK_AGAIN_S

    def __init__(self, root: Path, own: Callable[[], set[int]]) -> None:
        self._root = ControlGroup(root)
        self._own = own

    def enclose(self, worker_id: str) -> "WorkerGroup":
        """A new group. Raises OSError."""
        group = ControlGroup(self._root.path / worker_id)
        group.make()
        return WorkerGroup(group, self._own)

    def tidy(self) -> None:
        """Whatever they let go of stays in their groups."""

    def close(self) -> None:
        """Remove what is empty; the next supervisor empties the rest."""
        with contextlib.suppress(OSError):
            self._root.remove()


class WorkerGroup:
    """One worker's group."""

    def __init__(self, group: ControlGroup, own: Callable[[], set[int]]) -> None:
        self.group: Path | None = group.path
        self._group = group
        self._own = own

    def hold(self, process: Held) -> None:
        """It was born in the group."""

    def pids(self) -> list[int]:
        try:
            return self._group.pids()
        except FileNotFoundError:
            return []

    def count_tasks(self, at_most: int) -> int:
        try:
            return self._group.count_tasks()
        except FileNotFoundError:
            return 0

    def kill(self) -> None:
        self._group.kill()

    def left(self) -> int:
        """What lives in the group, is killed there; the dead are reaped."""
        if self._group.populated:
            self._group.kill()
            return 1
        return self._reap_children()

    def remove(self) -> None:
        self._group.remove()

    def _reap_children(self) -> int:
        """Orphans become children of this process: the dead are reaped here. Returns how many are alive that this
        worker may have left."""
        own = self._own()
        while found := [pid for pid in children(os.getpid()) if pid not in own]:
            if not sum(map(_reaped, found)):  # else others may have become ours, of those that were reaped
                return sum(map(self._may_have_left, found))
        return 0

    def _may_have_left(self, pid: int) -> bool:
        """Those of other workers are left in their groups. One that is in no worker's group has left it, as only a
        process outside the sandbox can: it may be anybody's, so it is killed, and waited for."""
        try:
            group = group_of(pid) + "/"
        except (FileNotFoundError, ProcessLookupError):
            return True
        if f"/{self._group.path.parent.name}/" not in group:
            kill_descendants(pid)
            kill_process(pid, lambda: pid in children(os.getpid()))
            return True
        return f"/{self._group.path.name}/" in group


def _reaped(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True
