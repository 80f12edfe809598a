"""Containment by control groups: each worker starts in a group of its own, which no descendant can leave, which dies
by one write, and which the kernel reports as empty."""

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Proof, Reason
from bus.system.cgroupfs import ControlGroup, group_of
from bus.system.orphans import children, kill_descendants, kill_process
from supervisor.processes.containment.hard_limits import CONTROLLERS, HardLimits
from supervisor.processes.containment.interface import Held

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 0.0005
EMPTY_WITHIN_S = 5.0

PREFIX = "deadstop-server-"
"""What the group of each supervisor, and of each node, is called."""

_ACTION = {"action": "containment"}


class ControlGroups:
    """The groups of one supervisor, beneath `root`. `own()` are the children of this process that are no workers."""

    proof = Proof.CGROUP
    look_again_s = LOOK_AGAIN_S

    def __init__(self, root: Path, hard: HardLimits, own: Callable[[], set[int]]) -> None:
        self._root = ControlGroup(root)
        self._hard = hard
        self._own = own
        self._held = self._root.hold()
        above = ControlGroup(root.parent).enable(CONTROLLERS)
        self.controllers = self._root.enable(above)
        self._root.limit(hard.for_all(self.controllers))

    def enclose(self, worker_id: str, limits: LimitSettings) -> "WorkerGroup":
        """A new group, in which the kernel holds the worker to its limits as far as there are controllers for it.
        Raises OSError."""
        group = ControlGroup(self._root.path / worker_id)
        group.make()
        group.limit(self._hard.for_worker(limits, self.controllers))
        return WorkerGroup(group, self._own)

    def tidy(self) -> None:
        """Nothing to do: what workers have let go of stays in their groups."""

    def close(self) -> None:
        """Remove what is empty, and what others have left that are dead, killed nodes of ours for example; the next
        supervisor empties the rest."""
        with contextlib.suppress(OSError):
            self._root.remove()
        os.close(self._held)
        with contextlib.suppress(OSError):
            empty_left(self._root.path.parent)


class WorkerGroup:
    """The control group of one worker, within that of the supervisor."""

    def __init__(self, group: ControlGroup, own: Callable[[], set[int]]) -> None:
        self.group: Path | None = group.path
        self._group = group
        self._own = own

    def hold(self, process: Held) -> None:
        """Nothing to do: the process was started in the group."""

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

    def limit_hit(self) -> Reason | None:
        if self._events("memory.events").get("oom_kill"):
            return Reason.MEMORY
        return Reason.PROCESSES if self._events("pids.events").get("max") else None

    def counted(self) -> dict[str, int]:
        """The most memory that was its own or read through it (`memory_peak_bytes`), and each event of memory and
        processes that has happened."""
        found = {"memory_peak_bytes": self._group.figure("memory.peak") or 0}
        for kind in ("memory", "pids"):
            found |= {f"{kind}_{name}": count for name, count in self._events(f"{kind}.events").items()}
        return {name: value for name, value in found.items() if value}

    def _events(self, name: str) -> dict[str, int]:
        try:
            return self._group.events(name)
        except FileNotFoundError:  # no controller for it
            return {}

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
        """Whether a process may descend from the worker that was in this group. Processes in other workers' groups do
        not. One that is in no worker's group has moved out of one, which only a process outside the sandbox can: it
        may be any worker's, so it is killed and waited for."""
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


def empty_left(tree: Path) -> None:
    """End what dead supervisors, of whatever state folder, have left in their groups: they may never be started again
    to do it themselves."""
    for root in ControlGroup(tree).beneath():
        emptied = root.emptied_if_left(EMPTY_WITHIN_S) if root.path.name.startswith(PREFIX) else None
        if emptied:
            log.warning("ended what a supervisor that is dead has left in %s", root.path, extra=_ACTION)
        elif emptied is False:
            log.error(
                "processes in %s have not ended %g s after SIGKILL; going on without proof of their death: look what "
                "they wait for (`cat /proc/PID/stack`)",
                root.path,
                EMPTY_WITHIN_S,
                extra=_ACTION,
            )
