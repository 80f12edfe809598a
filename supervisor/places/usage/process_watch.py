"""Counts the processes and threads of each worker, and reports one that has too many before they fill the machine."""

from collections.abc import Callable

from bus.contract.vocabulary import Reason
from bus.system.machine import count_tasks, tasks_more
from supervisor.places.local_worker import LocalWorker
from supervisor.processes.containment.interface import Enclosure

LOOK_S = 0.02
"""A look at the whole machine takes a microsecond; one at a worker about a hundred."""

SURGE = 128
"""So many processes and threads more on the machine are a reason to count each worker's at once."""


class ProcessWatch:
    """Where the kernel does not bound the processes of a worker, one that forks without end makes thousands in the
    quarter of a second between two counts. So it is looked every 20 ms whether there are many more on the machine."""

    def __init__(self, overcrowded: Callable[[str, Reason, str], None], tidy: Callable[[], None]) -> None:
        self._overcrowded = overcrowded
        self._tidy = tidy
        self._before = count_tasks()

    def count(self, workers: list[LocalWorker]) -> None:
        """Count each worker's processes, and kill those that no worker holds any more."""
        self._before = count_tasks()
        for worker in workers:
            limit = worker.limits.max_processes
            if worker.enclosure is None or worker.pid is None or not limit:
                continue
            if _has_too_many(worker.enclosure, limit):
                words = f"The question had more than {limit:,} processes and threads, which is the limit."
                self._overcrowded(worker.worker_id, Reason.PROCESSES, words)
        self._tidy()

    def look(self, workers: list[LocalWorker]) -> None:
        """Count where there are many more on the machine than there were."""
        if not workers:
            return
        now = count_tasks()
        more = tasks_more(now, self._before)
        if more >= SURGE:
            self.count(workers)
        elif more < 0:
            self._before = now


def _has_too_many(enclosure: Enclosure, limit: int) -> bool:
    return enclosure.count_tasks(limit) > limit or enclosure.limit_hit() is Reason.PROCESSES
