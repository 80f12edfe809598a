"""Tells followers how far each stream has come, so that nobody waits for a last event that was lost."""

import asyncio
from collections.abc import Callable

from bus.transport.codec import encode
from bus.transport.sockets import Frames
from bus.wire.topics import HEADS, Heads, Published, job_topic
from supervisor.jobs.job_entry import JobEntry

HEADS_AFTER_END_S = 10.0


class StreamHeads:
    """Every job's last number: of the jobs that have not ended, which are the `entries`, and for a while of those that
    have."""

    def __init__(
        self, entries: dict[str, JobEntry], publish: Callable[[Frames], None], settled: dict[str, int]
    ) -> None:
        self._entries = entries
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._ended = {job_id: (self._loop.time(), last) for job_id, last in settled.items()}

    def ended(self, entry: JobEntry) -> None:
        """The job's last event is in the log."""
        self._ended[entry.job_id] = (self._loop.time(), entry.stream.seq)

    def publish(self) -> None:
        """To be called about once a second."""
        forget = self._loop.time() - HEADS_AFTER_END_S
        self._ended = {job_id: head for job_id, head in self._ended.items() if head[0] >= forget}
        self._publish([HEADS + encode(Heads(self._known()))])

    def tell(self, job_id: str) -> None:
        """Somebody has begun to follow this job."""
        last = self._known().get(job_id, 0)
        self._publish([job_topic(job_id) + encode(Published(0, last, 0.0, False, b""))])

    def _known(self) -> dict[str, int]:
        heads = {job_id: last for job_id, (_, last) in self._ended.items()}
        return heads | {job_id: entry.stream.seq for job_id, entry in self._entries.items()}
