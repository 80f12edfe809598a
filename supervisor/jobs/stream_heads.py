"""Tells followers how far each stream has come, so that a lost last event keeps no follower waiting."""

import asyncio
from collections.abc import Callable

from bus.transport.channel import Frames
from bus.transport.codec import encode
from bus.wire.topics import HEADS, Heads, Published, job_topic
from supervisor.jobs.job_entry import JobEntry
from supervisor.jobs.job_table import JobTable

HEADS_AFTER_END_S = 10.0


class StreamHeads:
    """Every job's last number: of the jobs in the table, and for `HEADS_AFTER_END_S` of those that have left it.
    `settled` are the last numbers of jobs that were settled before, by job id."""

    def __init__(self, jobs: JobTable, publish: Callable[[Frames], None], settled: dict[str, int]) -> None:
        self._jobs = jobs
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._ended = {job_id: (self._loop.time(), last) for job_id, last in settled.items()}

    def ended(self, entry: JobEntry) -> None:
        """The job's last event is in the log."""
        self._ended[entry.job_id] = (self._loop.time(), entry.stream.seq)

    def publish(self) -> None:
        """To be called about once a second."""
        oldest = self._loop.time() - HEADS_AFTER_END_S
        self._ended = {job_id: head for job_id, head in self._ended.items() if head[0] >= oldest}
        self._publish([HEADS + encode(Heads(self._known()))])

    def confirm(self, job_id: str) -> None:
        """Confirm a follower's subscription to this job."""
        last = self._known().get(job_id, 0)
        self._publish([job_topic(job_id) + encode(Published(0, last, 0.0, False, b""))])

    def _known(self) -> dict[str, int]:
        return {job_id: last for job_id, (_, last) in self._ended.items()} | self._jobs.last_numbers()
