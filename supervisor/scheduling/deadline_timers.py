"""Timers for the moments at which something about a job is due."""

import asyncio
from collections.abc import Callable

from supervisor.jobs.job_entry import JobEntry

CLOCK_JUMPED_S = 1.0
"""A timer that rings so much too late says that this process, and not a worker, was not running."""


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
        self.cancel(entry.job_id)
        due = entry.job.due
        if due is not None:
            self._timers[entry.job_id] = self._loop.call_at(due, self._tick, entry)

    def cancel(self, job_id: str) -> None:
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def _tick(self, entry: JobEntry) -> None:
        now, due = self._loop.time(), entry.job.due
        if due is not None and now > due + CLOCK_JUMPED_S:
            entry.job.clock_jumped(now)
        self._ring(entry, now)
