"""Which questions are accepted, and which of the jobs that wait may start. Pure.

Who is next is said by a queue that is fair between users. The last free place is kept for a user who has none running,
as long as one is known, so that nobody holds all of them. A job whose agent has as many running as it may is passed by
the others.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.contract.settings import LimitSettings
from bus.contract.vocabulary import SUPERVISOR, Refusal
from bus.wire.replies import Refused
from supervisor.scheduling.fair_queue import FairQueue

KEPT_NOTE = "the last place is kept for users who have none running"


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds outside of the queue at the moment of a decision. Words are for people."""

    trouble: str = ""
    """Why no question can be accepted at all; empty where questions can be."""
    shortage: str = ""
    """Why no job can be started, however few run; empty where one can be."""
    short_of_budget: frozenset[str] = frozenset()
    """Users whose budget has too little left for one more job beside those that run."""
    no_room: Mapping[str, str] = field(default_factory=dict)
    """By agent: why none of its jobs can begin yet, though nothing is wrong. Agents for which there is room are left
    out."""


@dataclass(slots=True)
class Admission:
    """Waiting and running jobs by user. `max_running_of` are limits that agents have of their own. What it depends on
    beside its own queue comes in with each question to it, as `facts`."""

    limits: LimitSettings
    max_running_of: Mapping[str, int] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    """Users who have asked something: at first those of the log."""
    running: dict[str, str] = field(default_factory=dict)  # job id -> user
    _draining: bool = False
    _queue: FairQueue = field(init=False)
    _agents: dict[str, str] = field(default_factory=dict)  # job id -> agent, waiting or running
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
    def waiting_agents(self) -> set[str]:
        """The agents of the jobs that wait."""
        return {self._agents[job_id] for job_id in self.waiting}

    def drain(self) -> None:
        """Accept nothing from here on."""
        self._draining = True

    def refuse(self, facts: Facts, user: str, agent: str = "") -> Refused | None:
        """Why another job of this user cannot be accepted now, if so."""
        if facts.trouble:
            return Refused(Refusal.QUEUE_FULL, facts.trouble, "ask again when there is room on the disk")
        if self._draining:
            text = "the server is draining and accepts no more questions"
            return Refused(Refusal.QUEUE_FULL, text, "ask again later")
        short = f"; {facts.shortage}" if facts.shortage else ""
        if len(self.waiting) >= self.limits.max_queued and not self._could_start(facts, user, agent):
            return Refused(
                Refusal.QUEUE_FULL,
                f"{len(self.running)} jobs run and {len(self.waiting)} wait; "
                f"the limit is {self.limits.max_queued} waiting{short}",
                "ask again when a job has ended, or stop one",
            )
        if not self.running and facts.shortage:
            text = f"no job can be started: {facts.shortage}"
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
        self._agents[job_id] = agent

    def leave(self, job_id: str) -> None:
        """The job has ended, whether it waited or ran."""
        if job_id in self.waiting:
            self._queue.leave(job_id)
        elif job_id in self.running:
            self._queue.end(self.running.pop(job_id))
            self._running_agents[self._agents[job_id]] -= 1
        self._agents.pop(job_id, None)

    def next(self, facts: Facts) -> str | None:
        """The job that may start now; it counts as running from here on."""
        if not self.waiting or len(self.running) >= self.limits.max_running or facts.shortage:
            return None
        job_id = self._first(facts)
        if job_id is None:
            return None
        self.running[job_id] = self._queue.begin(job_id)
        self._running_agents[self._agents[job_id]] += 1
        return job_id

    def order(self, facts: Facts) -> list[str]:
        """Waiting jobs in the order in which they would start if nothing else changed; those of whose agent no further
        job may begin come last."""
        order = self._queue.order()
        full = self._full_agents(facts)
        return sorted(order, key=lambda job_id: self._agents.get(job_id) in full) if full else order

    def hold_note(self, facts: Facts, user: str) -> str:
        """Why a job of this user would not start now although a place is free, for people; empty where no place is
        free, or where it would start."""
        if len(self.running) >= self.limits.max_running:
            return ""
        if facts.shortage:
            return facts.shortage
        if self._may_start(facts, user):
            return ""
        running = self._queue.running_of(user)
        if self._queue.is_full(running):
            return f"{running} of your questions run; the limit is {self.limits.max_running_per_user}"
        if self._is_kept_from(user):
            return KEPT_NOTE
        return "your questions that run have reserved what is left of your day's budget"

    def hold_notes(self, facts: Facts) -> dict[str, str]:
        """For each waiting job why it would not start now although a place is free, for people."""
        of_users = {user: self.hold_note(facts, user) for user in self._queue.users()}
        return {
            job_id: of_users[user] or self._room_note(facts, self._agents[job_id])
            for job_id, user in self.waiting.items()
        }

    def short_of_room(self, facts: Facts) -> list[str]:
        """The agents of the waiting jobs that only a machine with room for them keeps from starting, one for each such
        job; no more of them than may still start before `max_running` is reached."""
        left = max(0, self.limits.max_running - len(self.running))
        waiting = [self._agents[job_id] for job_id, user in self.waiting.items() if self._may_start(facts, user)]
        return [agent for agent in waiting if self._room_note(facts, agent)][:left]

    def positions(self, facts: Facts) -> dict[str, int]:
        """Each waiting job's position; 1 is next."""
        return {job_id: place for place, job_id in enumerate(self.order(facts), 1)}

    def _first(self, facts: Facts) -> str | None:
        """The waiting job that may start, if one may."""
        full = self._full_agents(facts)
        users = (user for user in self._queue.users() if self._may_start(facts, user))
        waiting = (job_id for user in users for job_id in self._queue.waiting_of(user))
        return next((job_id for job_id in waiting if self._agents[job_id] not in full), None)

    def _full_agents(self, facts: Facts) -> set[str]:
        """Agents of which no further job may begin now: as many run as may, or no machine has room for one."""
        at_limit = {agent for agent, limit in self.max_running_of.items() if self._running_agents[agent] >= limit}
        return at_limit | facts.no_room.keys()

    def _room_note(self, facts: Facts, agent: str) -> str:
        """Why no machine takes a job of this agent, for people; empty where one does, or where as many jobs run as may
        anyway."""
        return facts.no_room.get(agent, "") if len(self.running) < self.limits.max_running else ""

    def _may_start(self, facts: Facts, user: str) -> bool:
        """Whether the limits of this user allow one more job to begin."""
        full = self._queue.is_full(self._queue.running_of(user))
        return not (full or self._is_kept_from(user) or user in facts.short_of_budget)

    def _is_kept_from(self, user: str) -> bool:
        """Whether the one place that is left is kept from this user, who has a job running, for a known user who has
        none. The supervisor's own jobs count for no user."""
        is_last = 1 < self.limits.max_running <= len(self.running) + 1
        is_running = self._queue.running_of(user) > 0
        return is_last and is_running and bool(self._queue.with_none_running(self.known - {SUPERVISOR}))

    def _could_start(self, facts: Facts, user: str, agent: str) -> bool:
        """Whether a new job of this user and agent would start at once, so that it needs no place to wait."""
        limit = self.max_running_of.get(agent)
        return (
            (limit is None or self._running_agents[agent] < limit)
            and len(self.running) < self.limits.max_running
            and self._may_start(facts, user)
            and not facts.shortage
            and not self.waiting
        )
