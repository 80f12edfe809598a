"""Samples what the workers use, and reports one that has used too much."""

import logging
from collections.abc import Callable
from weakref import WeakKeyDictionary

from bus.contract.vocabulary import Reason
from bus.system.proc import read_stat
from supervisor.workers.usage.disk_usage import DiskUsage
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

INTERVAL_S = 0.25

_MAX_ENTRIES = 2_000
"""Files that one look at all the workers may take in, a few milliseconds' worth; fairly shared, but at least:"""

_MIN_ENTRIES = 100


class ResourceMonitor:
    """Memory, CPU and scratch space of a worker and everything beneath it, against its limits.

    Memory is what has been added since the worker was ready: the part shared with the fork server does not count.
    """

    def __init__(self, exceeded: Callable[[Worker, Reason, str], None]) -> None:
        self._exceeded = exceeded
        self._usages: WeakKeyDictionary[Worker, DiskUsage] = WeakKeyDictionary()

    def sample(self, workers: list[Worker]) -> None:
        """Look at each worker once."""
        entries = max(_MIN_ENTRIES, _MAX_ENTRIES // max(1, len(workers)))
        for worker in workers:
            if worker.pid is None or not worker.ready:
                continue
            self._measure(worker)
            limits = worker.limits
            if limits.max_memory_bytes and worker.memory_bytes > limits.max_memory_bytes:
                self._tell(worker, Reason.MEMORY, "memory", worker.memory_bytes, limits.max_memory_bytes)
            scratch = self._usage_of(worker).advance(entries)
            if limits.max_scratch_bytes and scratch > limits.max_scratch_bytes:
                self._tell(worker, Reason.OUTPUT_LIMIT, "scratch space", scratch, limits.max_scratch_bytes)

    def _measure(self, worker: Worker) -> None:
        stats = [stat for stat in map(read_stat, worker.pids()) if stat is not None]
        resident = sum(stat.resident_bytes for stat in stats)
        worker.memory_bytes = max(0, resident - worker.baseline_bytes)
        worker.peak_bytes = max(worker.peak_bytes, worker.memory_bytes)
        worker.cpu_s = max(worker.cpu_s, sum(stat.cpu_s for stat in stats))

    def _usage_of(self, worker: Worker) -> DiskUsage:
        return self._usages.setdefault(worker, DiskUsage(worker.scratch))

    def _tell(self, worker: Worker, reason: Reason, what: str, value: int, limit: int) -> None:
        self._exceeded(worker, reason, f"The question used {_mib(value)} of {what}; the limit is {_mib(limit)}.")


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
