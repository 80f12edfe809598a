"""Containment where there are no control groups: descendants are looked for and killed until none is left.

Each worker is a subreaper, and so is the supervisor. As long as a worker lives, its descendants stay beneath it; when
it dies, all that is left of them become children of the supervisor at that moment. So an orphan that was here while a
worker still lived is not that worker's, and neither is one that is older than the worker. Any other orphan is
attributed to all workers that have died since, and all of them wait for it.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import Proof
from bus.system.orphans import children, descendants, each_descendant, kill_descendants, kill_process, sweep_orphans
from bus.system.proc import POLL_S, Stat, read_stat, still_lives
from supervisor.processes.containment.interface import Held

_Name = tuple[int, int]
"""A process's number and its start time: no two have ever the same."""


class Sweep:
    """Looks at the children of this process that are not `own()`."""

    proof = Proof.SWEPT
    look_again_s = POLL_S
    controllers: frozenset[str] = frozenset()

    def __init__(self, own: Callable[[], set[int]]) -> None:
        self._own = own
        self._families: set[Family] = set()

    def enclose(self, worker_id: str, limits: LimitSettings) -> "Family":
        """The family of a worker that is to be forked."""
        family = Family(self.left_by, self._families.discard)
        self._families.add(family)
        return family

    def close(self) -> None:
        """Nothing to do: nothing was made."""

    def left_by(self, dead: "Family") -> int:
        """Kill every orphan and reap the dead ones. Returns how many of them the worker `dead`, which was reaped, may
        have left. Raises OSError where that cannot be found out."""
        return sum(map(dead.may_have_left, self._kill_orphans()))

    def tidy(self) -> None:
        """End daemons that were handed to the supervisor while their worker lives, because the worker is no subreaper
        any more: no worker's count of processes includes them."""
        self._kill_orphans()

    def _kill_orphans(self) -> set[_Name]:
        own = self._own()
        found = [stat for stat in map(read_stat, children(os.getpid())) if stat is not None and stat.pid not in own]
        orphans = {(stat.pid, stat.started) for stat in found}
        if orphans:
            for family in self._families:
                family.note(orphans)
            sweep_orphans(own)
        return orphans


class Family:
    """A worker and all beneath it."""

    group: Path | None = None

    def __init__(self, left_by: Callable[["Family"], int], removed: Callable[["Family"], None]) -> None:
        self._left_by = left_by
        self._removed = removed
        self._process: Held | None = None
        self._of_others: set[_Name] = set()

    def hold(self, process: Held) -> None:
        self._process = process

    def pids(self) -> list[int]:
        return [self._process.pid, *descendants(self._process.pid)] if self._process is not None else []

    def count_tasks(self, at_most: int) -> int:
        found = 0
        for stat in self._stats():
            found += stat.threads
            if found > at_most:
                break
        return found

    def _stats(self) -> Iterator[Stat]:
        if self._process is not None:
            for pid in chain([self._process.pid], each_descendant(self._process.pid)):
                if (stat := read_stat(pid)) is not None:
                    yield stat

    def limit_hit(self) -> None:
        """None: the kernel is given no limits here."""

    def counted(self) -> dict[str, int]:
        return {}

    def kill(self) -> None:
        """SIGKILL to every descendant, whatever session it moved to."""
        if self._process is not None:
            kill_descendants(self._process.pid)

    def left(self) -> int:
        return self._left_by(self)

    def remove(self) -> None:
        self._removed(self)

    def note(self, orphans: set[_Name]) -> None:
        """These orphans were seen, then the worker alive: in the other order it may have died in between."""
        if not orphans <= self._of_others and self._process is not None and self._process.lives:
            self._of_others = orphans - {(self._process.pid, self._process.started)}

    def may_have_left(self, orphan: _Name) -> bool:
        """No process is older than the one it descends from."""
        older = self._process is not None and orphan[1] < self._process.started
        return not older and orphan not in self._of_others


def kill_left_behind(family: set[_Name]) -> list[int]:
    """Kill those of these processes (number and start time) that are still alive, and all beneath them, which are added
    to `family`. Returns the numbers of those that were alive: call again until there are none."""
    living = [name for name in family if still_lives(name) is not None]
    for name in living:
        below = _names_below(name[0])
        family.update(below)
        for each in (*below, name):
            kill_process(each[0], partial(_bears, each))
    return [pid for pid, _ in living]


def _names_below(pid: int) -> list[_Name]:
    """The processes beneath this one, without a process that has got the number of one that has just ended."""
    below = descendants(pid)
    family = {pid, *below}
    return [(stat.pid, stat.started) for stat in map(read_stat, below) if stat is not None and stat.parent in family]


def _bears(name: _Name) -> bool:
    stat = read_stat(name[0])
    return stat is not None and stat.started == name[1]
