"""Attributes orphaned processes to the dead workers that may have spawned them, so that a job's end waits for what its
worker has left behind and for nothing else.

As long as a worker lives, its descendants stay beneath it, for it is a subreaper; when it dies, all that is left of
them become children of the supervisor at that moment. So an orphan that was here while a worker still lived is not
that worker's, and neither is one that is older than the worker. Any other orphan is attributed to all workers that
have died since.
"""

import os
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from bus.system.orphans import children, sweep_orphans
from bus.system.proc import read_stat
from supervisor.workers.worker import Worker

_Name = tuple[int, int]
"""A process's number and its start time: no two have ever the same."""


class OrphanAttribution:
    """Looks at the children of this process that are not `own()`."""

    def __init__(self, own: Callable[[], set[int]]) -> None:
        self._own = own
        self._of_others: WeakKeyDictionary[Worker, set[_Name]] = WeakKeyDictionary()

    def left_by(self, dead: Worker, workers: Iterable[Worker]) -> int:
        """Kill every orphan and reap what is dead. Returns how many there were that `dead`, which was reaped, may have
        left; `workers` are all that may be alive. Raises OSError where it cannot be found out."""
        own = self._own()
        found = [stat for stat in map(read_stat, children(os.getpid())) if stat is not None and stat.pid not in own]
        orphans = {(stat.pid, stat.started) for stat in found}
        if orphans:
            for worker in workers:
                self._note(worker, orphans)
            sweep_orphans(own)
        return len({orphan for orphan in orphans if _may_be_of(dead, orphan)} - self._of_others.get(dead, set()))

    def _note(self, worker: Worker, orphans: set[_Name]) -> None:
        """These orphans were seen, then the worker alive: in the other order it may have died in between."""
        if not orphans <= self._of_others.get(worker, set()) and worker.process is not None and worker.process.lives:
            self._of_others[worker] = orphans - {_name(worker)}


def _may_be_of(worker: Worker, orphan: _Name) -> bool:
    """No process is older than the one it descends from."""
    return worker.process is None or orphan[1] >= worker.process.started


def _name(worker: Worker) -> _Name | None:
    return (worker.process.pid, worker.process.started) if worker.process is not None else None
