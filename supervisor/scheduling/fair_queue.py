"""Who is next: the order of the jobs that wait, fair between users. Pure.

The next job is the oldest one of the user who has the fewest running; among those, of the user whose turn was longest
ago. So a user's hundred waiting jobs do not make another wait for all of them. Which of them is taken, since there is
a place where it may start, `admission` says.
"""

from collections import Counter
from collections.abc import Iterable, KeysView
from dataclasses import dataclass, field
from heapq import heappop, heapreplace


@dataclass(slots=True)
class FairQueue:
    """Waiting jobs by user, beside how many jobs of each user run. A user with `max_running` of those comes after all
    who have fewer."""

    max_running: int
    waiting: dict[str, str] = field(default_factory=dict)  # job id -> user, oldest first
    _running: Counter[str] = field(default_factory=Counter)
    _queues: dict[str, dict[str, int]] = field(default_factory=dict)  # user -> waiting job id -> arrival, oldest first
    _turns: dict[str, int] = field(default_factory=dict)
    _turn: int = 0
    _arrivals: int = 0

    def enter(self, job_id: str, user: str) -> None:
        self.waiting[job_id] = user
        self._arrivals += 1
        self._queues.setdefault(user, {})[job_id] = self._arrivals

    def leave(self, job_id: str) -> None:
        """The job has ended before its turn came."""
        user = self.waiting.pop(job_id)
        del self._queues[user][job_id]
        if not self._queues[user]:
            del self._queues[user]

    def begin(self, job_id: str) -> str:
        """It is the job's turn; returns its user, for whom it runs from here on."""
        user = self.waiting[job_id]
        self.leave(job_id)
        self._running[user] += 1
        self._turn += 1
        self._turns[user] = self._turn
        return user

    def end(self, user: str) -> None:
        """A job of this user runs no more."""
        self._running[user] -= 1
        if not self._running[user]:
            del self._running[user]

    def running_of(self, user: str) -> int:
        return self._running[user]

    def with_none_running(self, users: Iterable[str]) -> set[str]:
        """Those of these users for whom no job runs."""
        return set(users) - self._running.keys()

    def waiting_of(self, user: str) -> KeysView[str]:
        """The user's waiting jobs, oldest first."""
        return self._queues.get(user, {}).keys()

    def users(self) -> list[str]:
        """The users with waiting jobs, in the order of their turns."""
        return sorted(self._queues, key=self._rank)

    def order(self) -> list[str]:
        """Waiting jobs in the order in which they would start if nothing else changed."""
        order: list[str] = []
        users = self.users()
        left = [iter(self._queues[user]) for user in users]
        heap = [(*self._rank(user), at) for at, user in enumerate(users)]
        while heap:
            _, running, _, first, at = heap[0]
            job_id = next(left[at], None)
            if job_id is None:
                heappop(heap)
                continue
            order.append(job_id)
            heapreplace(heap, (self.is_full(running + 1), running + 1, self._turn + len(order), first, at))
        return order

    def is_full(self, running: int) -> bool:
        """Whether a user for whom so many jobs run may begin no further one."""
        return running >= self.max_running

    def _rank(self, user: str) -> tuple[bool, int, int, int]:
        """The sort key of a user with waiting jobs; the job of the user with the smallest starts first."""
        running = self._running[user]
        oldest = next(iter(self._queues[user].values()))
        return self.is_full(running), running, self._turns.get(user, 0), oldest
