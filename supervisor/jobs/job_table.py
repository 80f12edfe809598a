"""The jobs whose end is not yet in the log: queued, running, ending."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator

from supervisor.jobs.job_entry import JobEntry


class JobTable:
    """Holds each job from the moment it was accepted until its last event is in the log; oldest first."""

    def __init__(self) -> None:
        self._entries: dict[str, JobEntry] = {}
        self._emptied = asyncio.Event()

    def __repr__(self) -> str:
        return f"<JobTable {len(self._entries)} jobs>"

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[JobEntry]:
        """A copy of the jobs of this moment: jobs may be added and removed meanwhile."""
        return iter(list(self._entries.values()))

    def add(self, entry: JobEntry) -> None:
        self._entries[entry.job_id] = entry
        self._emptied.clear()

    def remove(self, job_id: str) -> None:
        self._entries.pop(job_id, None)
        if not self._entries:
            self._emptied.set()

    async def until_empty(self) -> None:
        """Wait until no job is left."""
        while self._entries:
            await self._emptied.wait()

    # ---- queries

    def get(self, job_id: str | None) -> JobEntry | None:
        return self._entries.get(job_id or "")

    def of_session(self, user: str, session_id: str) -> JobEntry | None:
        """The job of a user's session."""
        wanted = (user, session_id)
        return next((entry for entry in self if (entry.user, entry.submit.session_id) == wanted), None)

    def running_in(self, user: str, conversation_id: str) -> JobEntry | None:
        """The job of this conversation that has not ended; there is one at most."""
        wanted = (user, conversation_id)
        found = (entry for entry in self if (entry.user, entry.submit.conversation_id) == wanted)
        return next((entry for entry in found if not entry.job.ended), None)

    def beginning_with(self, prefix: str) -> list[JobEntry]:
        """The jobs whose id begins with `prefix`."""
        return [entry for entry in self if entry.job_id.startswith(prefix)]

    def has_agent(self, agent: str) -> bool:
        """Whether there is a job of this agent."""
        return any(entry.submit.agent == agent for entry in self)

    def count_by_state(self) -> Counter[str]:
        return Counter(entry.job.state for entry in self)

    def last_numbers(self) -> dict[str, int]:
        """The number of each job's last event, by job id."""
        return {entry.job_id: entry.stream.seq for entry in self}

    def accepted_at(self, job_ids: Iterable[str]) -> list[float]:
        """When those of these jobs that are there were accepted, in monotonic seconds."""
        found = map(self.get, job_ids)
        return [entry.job.accepted_at for entry in found if entry is not None]
