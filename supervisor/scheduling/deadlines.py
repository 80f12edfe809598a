"""When each job's clock has something to say."""

import asyncio
from collections.abc import Callable

from supervisor.jobs.job_entry import JobEntry

OVERSLEPT_S = 1.0
"""A timer that rings so much too late says that we, and not a worker, were not there."""


class DeadlineTimers:
    """One timer a job, for the next moment at which something is due. `ring(entry, now)` is called then."""

    def __init__(self, ring: Callable[[JobEntry, float], None]) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __repr__(self) -> str:
        return f"<DeadlineTimers {len(self._timers)} set>"

    def set(self, entry: JobEntry) -> None:
        """Something about the job has changed: look again at what is due when."""
        self.forget(entry.job_id)
        due = entry.job.due
        if due is not None:
            self._timers[entry.job_id] = self._loop.call_at(due, self._tick, entry)

    def forget(self, job_id: str) -> None:
        known = self._timers.pop(job_id, None)
        if known is not None:
            known.cancel()

    def _tick(self, entry: JobEntry) -> None:
        now, due = self._loop.time(), entry.job.due
        if due is not None and now > due + OVERSLEPT_S:
            entry.job.overslept(now)
        self._ring(entry, now)
