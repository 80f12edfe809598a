"""Who may come in, and who is next. Pure.

Fair between users: the next job is the oldest one of the user who has the fewest running; among those, of the user
whose turn was longest ago. So a user's hundred waiting jobs do not make another wait for all of them.
"""

from collections import Counter
from dataclasses import dataclass, field

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
    _turns: dict[str, int] = field(default_factory=dict)
    _turn: int = 0

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

    def leave(self, job_id: str) -> None:
        """The job has ended, whether it waited or ran."""
        self.waiting.pop(job_id, None)
        self.running.pop(job_id, None)

    def next(self) -> str | None:
        """The job that may start now; it counts as running from here on."""
        order = self.order()
        if not order or len(self.running) >= self.limits.max_running:
            return None
        job_id = order[0]
        user = self.waiting[job_id]
        if Counter(self.running.values())[user] >= self.limits.max_running_per_user:
            return None
        del self.waiting[job_id]
        self.running[job_id] = user
        self._turn += 1
        self._turns[user] = self._turn
        return job_id

    def order(self) -> list[str]:
        """Waiting jobs in the order in which they would start if nothing else changed."""
        running = Counter(self.running.values())
        turns = dict(self._turns)
        queues: dict[str, list[str]] = {}
        for job_id, user in self.waiting.items():
            queues.setdefault(user, []).append(job_id)
        order: list[str] = []
        for round_ in range(len(self.waiting)):
            user = min(queues, key=lambda name: (self._blocked(running[name]), running[name], turns.get(name, 0)))
            order.append(queues[user].pop(0))
            running[user] += 1
            turns[user] = self._turn + round_ + 1
            if not queues[user]:
                del queues[user]
        return order

    def positions(self) -> dict[str, int]:
        """Each waiting job's position; 1 is next."""
        return {job_id: place for place, job_id in enumerate(self.order(), 1)}

    def _blocked(self, running: int) -> bool:
        return running >= self.limits.max_running_per_user

    def _could_start(self, user: str) -> bool:
        return (
            len(self.running) < self.limits.max_running
            and not self._blocked(Counter(self.running.values())[user])
            and not self.waiting
        )
