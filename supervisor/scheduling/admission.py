"""Which questions are accepted, and which of the jobs that wait may start. Pure.

Who is next is said by a queue that is fair between users. The last free place is kept for a user who has none running,
as long as one is known, so that nobody holds all of them. A job whose agent has as many running as it may is passed by
the others.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import SUPERVISOR, Refusal
from bus.wire.replies import Refused
from supervisor.scheduling.fair_queue import FairQueue

KEPT_NOTE = "the last place is kept for users who have none running"


@dataclass(slots=True)
class Admission:
    """Waiting and running jobs by user. `max_running_of` are limits that agents have of their own; `trouble()` says why
    nothing can be accepted at all, for people, or nothing; `may_pay(user)` whether enough of the user's budget is free
    for one more job, and `shortage()` why none can be started however few run, for people, or nothing; `no_room(agent)`
    why none of that agent can begin yet, though nothing is wrong; None where there always is room."""

    limits: LimitSettings
    max_running_of: Mapping[str, int] = field(default_factory=dict)
    trouble: Callable[[], str] = str
    may_pay: Callable[[str], bool] = lambda _: True
    shortage: Callable[[], str] = str
    no_room: Callable[[str], str] | None = None
    known: set[str] = field(default_factory=set)
    """Users who have asked something: at first those of the log."""
    running: dict[str, str] = field(default_factory=dict)  # job id -> user
    _draining: bool = False
    _queue: FairQueue = field(init=False)
    _agents: dict[str, str] = field(default_factory=dict)  # job id -> agent, of those whose agent has a limit
    _running_agents: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._queue = FairQueue(self.limits.max_running_per_user)

    @property
    def waiting(self) -> Mapping[str, str]:
        """The user of each job that waits, oldest first."""
        return self._queue.waiting

    @property
    def draining(self) -> bool:
        return self._draining

    @property
    def closed(self) -> bool:
        """Whether no question is accepted, of any user."""
        return self._draining or bool(self.trouble())

    def drain(self) -> None:
        """Accept nothing from here on."""
        self._draining = True

    def refuse(self, user: str, agent: str = "") -> Refused | None:
        """Why another job of this user cannot be accepted now, if so."""
        if trouble := self.trouble():
            return Refused(Refusal.QUEUE_FULL, trouble, "ask again when there is room on the disk")
        if self._draining:
            text = "the server is draining and accepts no more questions"
            return Refused(Refusal.QUEUE_FULL, text, "ask again later")
        if len(self.waiting) >= self.limits.max_queued and not self._could_start(user, agent):
            return Refused(
                Refusal.QUEUE_FULL,
                f"{len(self.running)} jobs run and {len(self.waiting)} wait; "
                f"the limit is {self.limits.max_queued} waiting{self._short()}",
                "ask again when a job has ended, or stop one",
            )
        if not self.running and (shortage := self.shortage()):
            text = f"no job can be started: {shortage}"
            return Refused(Refusal.QUEUE_FULL, text, "raise the limit for open files (ulimit -n) of `deadstop serve`")
        waiting = len(self._queue.waiting_of(user))
        if waiting >= self.limits.max_queued_per_user:
            return Refused(
                Refusal.QUOTA,
                f"{waiting} of your jobs wait; the limit is {self.limits.max_queued_per_user} for each user",
                "ask again when one of them has begun, or stop one",
            )
        return None

    def enter(self, job_id: str, user: str, agent: str = "") -> None:
        self._queue.enter(job_id, user)
        self.known.add(user)
        if agent in self.max_running_of or self.no_room is not None:
            self._agents[job_id] = agent

    def leave(self, job_id: str) -> None:
        """The job has ended, whether it waited or ran."""
        if job_id in self.waiting:
            self._queue.leave(job_id)
        elif job_id in self.running:
            self._queue.end(self.running.pop(job_id))
            self._running_agents[self._agents.get(job_id, "")] -= 1
        self._agents.pop(job_id, None)

    def next(self) -> str | None:
        """The job that may start now; it counts as running from here on."""
        if not self.waiting or len(self.running) >= self.limits.max_running or self.shortage():
            return None
        job_id = self._first()
        if job_id is None:
            return None
        self.running[job_id] = self._queue.begin(job_id)
        self._running_agents[self._agents.get(job_id, "")] += 1
        return job_id

    def order(self) -> list[str]:
        """Waiting jobs in the order in which they would start if nothing else changed; those whose agent has as many
        running as it may come last."""
        order = self._queue.order()
        full = self._full_agents()
        return sorted(order, key=lambda job_id: self._agents.get(job_id) in full) if full else order

    def hold_note(self, user: str) -> str:
        """Why a job of this user would not start now although a place is free, for people; nothing where none is, or
        where it would."""
        if len(self.running) >= self.limits.max_running:
            return ""
        if shortage := self.shortage():
            return shortage
        if self._may_start(user):
            return ""
        running = self._queue.running_of(user)
        if self._queue.is_full(running):
            return f"{running} of your questions run; the limit is {self.limits.max_running_per_user}"
        if self._is_kept_from(user):
            return KEPT_NOTE
        return "your questions that run have reserved what is left of your day's budget"

    def hold_notes(self) -> dict[str, str]:
        """For each waiting job why it would not start now although a place is free, for people."""
        of_users = {user: self.hold_note(user) for user in self._queue.users()}
        of_agents = {agent: self._room_note(agent) for agent in set(self._agents.values())}
        return {
            job_id: of_users[user] or of_agents.get(self._agents.get(job_id, ""), "")
            for job_id, user in self.waiting.items()
        }

    def short_of_room(self) -> list[str]:
        """The agents of the jobs that wait for nothing but a place, as many of them as may run at most."""
        left = max(0, self.limits.max_running - len(self.running))
        waiting = [self._agents.get(job_id, "") for job_id, user in self.waiting.items() if self._may_start(user)]
        return [agent for agent in waiting if self._room_note(agent)][:left]

    def _room_note(self, agent: str) -> str:
        if self.no_room is None or len(self.running) >= self.limits.max_running:
            return ""
        return self.no_room(agent)

    def positions(self) -> dict[str, int]:
        """Each waiting job's position; 1 is next."""
        return {job_id: place for place, job_id in enumerate(self.order(), 1)}

    def _first(self) -> str | None:
        """The waiting job that may start, if one may."""
        full = self._full_agents()
        users = (user for user in self._queue.users() if self._may_start(user))
        waiting = (job_id for user in users for job_id in self._queue.waiting_of(user))
        return next((job_id for job_id in waiting if self._agents.get(job_id) not in full), None)

    def _full_agents(self) -> set[str]:
        """Those of whose jobs no further one may begin now."""
        return {agent for agent in set(self._agents.values()) if self._is_full(agent)}

    def _is_full(self, agent: str) -> bool:
        if agent in self.max_running_of and self._running_agents[agent] >= self.max_running_of[agent]:
            return True
        return self.no_room is not None and bool(self.no_room(agent))

    def _short(self) -> str:
        shortage = self.shortage()
        return f"; {shortage}" if shortage else ""

    def _may_start(self, user: str) -> bool:
        full = self._queue.is_full(self._queue.running_of(user))
        return not (full or self._is_kept_from(user)) and self.may_pay(user)

    def _is_kept_from(self, user: str) -> bool:
        """Whether only the place is free that is kept for users who have none running. The supervisor's own jobs are
        nobody's."""
        is_last = 1 < self.limits.max_running <= len(self.running) + 1
        is_running = self._queue.running_of(user) > 0
        return is_last and is_running and bool(self._queue.with_none_running(self.known - {SUPERVISOR}))

    def _could_start(self, user: str, agent: str) -> bool:
        limit = self.max_running_of.get(agent)
        return (
            (limit is None or self._running_agents[agent] < limit)
            and len(self.running) < self.limits.max_running
            and self._may_start(user)
            and not self.shortage()
            and not self.waiting
        )
