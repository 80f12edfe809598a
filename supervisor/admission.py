"""Who may come in, and who is next. Pure.

Fair between users: the next job is the oldest one of the user who has the fewest running; among those, of the user
whose turn was longest ago. So a user's hundred waiting jobs do not make another wait for all of them.
"""

from collections import Counter
from dataclasses import dataclass, field
from heapq import heappop, heapreplace

from bus.settings import LimitSettings
from bus.vocabulary import Refusal


@dataclass(frozen=True, slots=True)
class NoRoom:
    """Why a question cannot come in: code, sentence, next step."""

    code: Refusal
    error: str
    hint: str


@dataclass(slots=True)
class Admission:
    """Waiting and running jobs by user."""

    limits: LimitSettings
    waiting: dict[str, str] = field(default_factory=dict)  # job id -> user, oldest first
    running: dict[str, str] = field(default_factory=dict)  # job id -> user
    draining: bool = False
    closed: str = ""  # why nothing can be accepted at all, for people
    _queues: dict[str, dict[str, int]] = field(default_factory=dict)  # user -> waiting job id -> arrival, oldest first
    _running_of: Counter[str] = field(default_factory=Counter)
    _turns: dict[str, int] = field(default_factory=dict)
    _turn: int = 0
    _arrivals: int = 0

    def refuse(self, user: str) -> NoRoom | None:
        """Why another job of this user cannot be accepted now, if so."""
        if self.closed:
            return NoRoom(Refusal.QUEUE_FULL, self.closed, "ask again when there is room on the disk")
        if self.draining:
            return NoRoom(Refusal.QUEUE_FULL, "the server is draining and accepts no more questions", "ask again later")
        if len(self.waiting) >= self.limits.max_queued and not self._could_start(user):
            return NoRoom(
                Refusal.QUEUE_FULL,
                f"{len(self.running)} jobs run and {len(self.waiting)} wait; "
                f"the limit is {self.limits.max_queued} waiting",
                "ask again when a job has ended, or stop one",
            )
        return None

    def enter(self, job_id: str, user: str) -> None:
        self.waiting[job_id] = user
        self._arrivals += 1
        self._queues.setdefault(user, {})[job_id] = self._arrivals

    def leave(self, job_id: str) -> None:
        """The job has ended, whether it waited or ran."""
        if job_id in self.waiting:
            self._dequeue(job_id)
        elif job_id in self.running:
            user = self.running.pop(job_id)
            self._running_of[user] -= 1
            if not self._running_of[user]:
                del self._running_of[user]

    def next(self) -> str | None:
        """The job that may start now; it counts as running from here on."""
        if not self.waiting or len(self.running) >= self.limits.max_running:
            return None
        user = min(self._queues, key=self._rank)
        if self._blocked(self._running_of[user]):
            return None
        job_id = next(iter(self._queues[user]))
        self._dequeue(job_id)
        self.running[job_id] = user
        self._running_of[user] += 1
        self._turn += 1
        self._turns[user] = self._turn
        return job_id

    def order(self) -> list[str]:
        """Waiting jobs in the order in which they would start if nothing else changed."""
        order: list[str] = []
        users = sorted(self._queues, key=self._rank)
        left = [iter(self._queues[user]) for user in users]
        heap = [(*self._rank(user), at) for at, user in enumerate(users)]
        while heap:
            _, running, _, first, at = heap[0]
            job_id = next(left[at], None)
            if job_id is None:
                heappop(heap)
                continue
            order.append(job_id)
            heapreplace(heap, (self._blocked(running + 1), running + 1, self._turn + len(order), first, at))
        return order

    def positions(self) -> dict[str, int]:
        """Each waiting job's position; 1 is next."""
        return {job_id: place for place, job_id in enumerate(self.order(), 1)}

    def _dequeue(self, job_id: str) -> None:
        user = self.waiting.pop(job_id)
        del self._queues[user][job_id]
        if not self._queues[user]:
            del self._queues[user]

    def _rank(self, user: str) -> tuple[bool, int, int, int]:
        """Whose turn it is: the least goes first. For users who wait."""
        running = self._running_of[user]
        oldest = next(iter(self._queues[user].values()))
        return self._blocked(running), running, self._turns.get(user, 0), oldest

    def _blocked(self, running: int) -> bool:
        return running >= self.limits.max_running_per_user

    def _could_start(self, user: str) -> bool:
        return (
            len(self.running) < self.limits.max_running
            and not self._blocked(self._running_of[user])
            and not self.waiting
        )
