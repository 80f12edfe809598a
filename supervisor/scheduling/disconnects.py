"""Who is present at the jobs that run for somebody, and what becomes of those that everybody has left."""

import asyncio
from collections.abc import Callable

from bus.contract.vocabulary import Reason
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest

FIRST_COME_S = 5.0
"""How long a new job's asker has for following it, at the least."""


class DisconnectWatch:
    """Calls `stop(entry, request)` for an attached job at which nobody has been present for `grace_s`; a negative grace
    means never."""

    def __init__(self, grace_s: float, stop: Callable[[JobEntry, StopRequest], None]) -> None:
        self._grace_s = grace_s
        self._stop = stop
        self._loop = asyncio.get_running_loop()
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    def __repr__(self) -> str:
        return f"<DisconnectWatch grace_s={self._grace_s:g} leaving={len(self._leaving)}>"

    def begin(self, entry: JobEntry) -> None:
        """The job has been accepted; nobody can follow it yet."""
        if entry.submit.attached:
            self._wait(entry, max(self._grace_s, FIRST_COME_S))

    def changed(self, entry: JobEntry, present: bool) -> None:
        """The first one has come, or the last one has left."""
        entry.present = present
        self.forget(entry.job_id)
        if not present and entry.submit.attached:
            self._wait(entry, self._grace_s)

    def forget(self, job_id: str) -> None:
        """Wait for nobody any more."""
        leaving = self._leaving.pop(job_id, None)
        if leaving is not None:
            leaving.cancel()

    def _wait(self, entry: JobEntry, seconds: float) -> None:
        if self._grace_s >= 0:
            request = StopRequest(entry.user, Reason.DISCONNECT)
            self._leaving[entry.job_id] = self._loop.call_later(seconds, self._stop, entry, request)
