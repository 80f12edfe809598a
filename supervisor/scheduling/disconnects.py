"""Stops attached jobs some time after their last follower has left."""

import asyncio
from collections.abc import Callable

from bus.contract.vocabulary import Reason
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest

FIRST_FOLLOW_S = 5.0
"""The least time in which a new job must be followed for the first time."""


class DisconnectWatch:
    """Calls `stop(entry, request)` for an attached job that has had no present follower for `grace_s`; a negative grace
    means never."""

    def __init__(self, grace_s: float, stop: Callable[[JobEntry, StopRequest], None]) -> None:
        self._grace_s = grace_s
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __repr__(self) -> str:
        return f"<DisconnectWatch grace_s={self._grace_s:g} waiting={len(self._timers)}>"

    def accepted(self, entry: JobEntry) -> None:
        """The job has just been accepted, so no client can follow it yet."""
        if entry.submit.attached:
            self._wait(entry, max(self._grace_s, FIRST_FOLLOW_S))

    def changed(self, entry: JobEntry, present: bool) -> None:
        """The first follower has come (`present`), or the last one has left."""
        self.cancel(entry.job_id)
        if not present and entry.submit.attached:
            self._wait(entry, self._grace_s)

    def cancel(self, job_id: str) -> None:
        """The job is not to be stopped for want of followers."""
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def _wait(self, entry: JobEntry, seconds: float) -> None:
        if self._grace_s >= 0:
            request = StopRequest(entry.user, Reason.DISCONNECT)
            self._timers[entry.job_id] = self._loop.call_later(seconds, self._stop, entry, request)
