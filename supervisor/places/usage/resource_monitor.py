"""Samples what the workers of this machine use."""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from bus.system.proc import read_stat
from supervisor.places.local_worker import LocalWorker
from supervisor.places.place import Sample
from supervisor.places.usage.disk_usage import DiskUsage

SAMPLE_EVERY_S = 0.25

_MAX_ENTRIES = 2_000
"""Files that one look at all the workers may take in, a few milliseconds' worth; fairly shared, but at least:"""

_MIN_ENTRIES = 100


class ResourceMonitor:
    """Memory, CPU and scratch space of a worker and everything beneath it.

    Memory is what has been added since the worker was ready: the part shared with the fork server does not count.
    """

    def __init__(self, sampled: Callable[[str, Sample], None]) -> None:
        self._sampled = sampled
        self._usages: WeakKeyDictionary[LocalWorker, DiskUsage] = WeakKeyDictionary()

    def sample(self, workers: list[LocalWorker]) -> None:
        """Look at each worker that has a job once: what a warm one uses counts for no job."""
        workers = [worker for worker in workers if worker.job_id is not None]
        entries = max(_MIN_ENTRIES, _MAX_ENTRIES // max(1, len(workers)))
        for worker in workers:
            if worker.pid is not None and worker.ready:
                self._sampled(worker.worker_id, self._measured(worker, entries))

    def _measured(self, worker: LocalWorker, entries: int) -> Sample:
        stats = [stat for stat in map(read_stat, worker.pids()) if stat is not None]
        resident = sum(stat.resident_bytes for stat in stats)
        return Sample(
            memory_bytes=max(0, resident - worker.baseline_bytes),
            cpu_s=sum(stat.cpu_s for stat in stats),
            scratch_bytes=self._usage_of(worker).advance(entries, [stat.pid for stat in stats]),
        )

    def _usage_of(self, worker: LocalWorker) -> DiskUsage:
        usage = self._usages.get(worker)
        if usage is None:
            usage = self._usages[worker] = DiskUsage(worker.scratch)
        return usage
