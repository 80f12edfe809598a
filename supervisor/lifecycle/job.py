"""A job's life, decided without doing anything: stimuli come in with the time, actions come out.

The order of the stimuli is the order of the log, and it decides every race: a worker's `finished` before a stop means
that the job has its outcome and the stop comes too late; after it, the job ends as stopped.
"""

from dataclasses import dataclass, field

from bus.contract.events import Event, Stopping, Usage
from bus.contract.vocabulary import (
    ENDED,
    SAID_BY_WORKERS,
    SUPERVISOR,
    TRANSITIONS,
    Proof,
    Reason,
    Rung,
    State,
    end_state,
)
from bus.wire.job_record import Climb, Move
from bus.wire.worker import Failure, Outcome, Success
from supervisor.lifecycle.kill_ladder import Graces, Ladder, Step, StopRequest


class IllegalMove(Exception):
    """A change of state that the transition table does not know; carries the job's whole story."""


class AlreadyEnded(Exception):
    """The job has its outcome: there is nothing to stop any more."""


# ---- actions: what the shell is to do


@dataclass(frozen=True, slots=True)
class Launch:
    """Get a worker for the job."""


@dataclass(frozen=True, slots=True)
class GiveJob:
    """Send the job to its ready worker."""


@dataclass(frozen=True, slots=True)
class GiveAgain:
    """Send the job once more: the first message was lost on the way. A worker that has it ignores the second."""


@dataclass(frozen=True, slots=True)
class Append:
    """Write an event of the supervisor's own to the job's stream."""

    event: Event


@dataclass(frozen=True, slots=True)
class Escalate:
    """Carry out a step of the kill ladder."""

    step: Step
    request: StopRequest


@dataclass(frozen=True, slots=True)
class KillLingering:
    """The worker has finished but does not exit: kill it, without an event in the stream."""


@dataclass(frozen=True, slots=True)
class End:
    """No process of the job is left: write its last event."""


Action = Launch | GiveJob | GiveAgain | Append | Escalate | KillLingering | End


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each phase may last, in seconds."""

    start_s: float
    runtime_s: float
    heartbeat_s: float
    linger_s: float


@dataclass(slots=True)
class Job:
    """The pure part of a job. Times are monotonic seconds."""

    job_id: str
    accepted_at: float
    graces: Graces
    deadlines: Deadlines
    state: State = State.QUEUED
    reason: Reason | None = None
    proof: Proof | None = None
    """How it was found that nothing of it lives; None as long as that is not known, and where nothing was started."""
    ladder: Ladder | None = None
    outcome: Outcome | None = None
    usage: Usage = field(default_factory=Usage)
    moves: list[tuple[State, float]] = field(default_factory=list)
    began_at: float | None = None
    ended_at: float | None = None
    silence_since: float | None = None
    """The worker's last sign of life, or the moment from which one is waited for."""
    kill_linger_at: float | None = None
    """When a worker that has finished and not exited is killed."""
    given: bool = False
    exited: bool = False

    def __post_init__(self) -> None:
        self.moves.append((self.state, self.accepted_at))

    def __repr__(self) -> str:
        return f"<Job {self.job_id} {self.state}{f' {self.reason}' if self.reason else ''}>"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def undecided(self) -> bool:
        """Whether a stop can still change how the job ends."""
        return not self.ended and self.outcome is None

    @property
    def stop_ms(self) -> float:
        """Milliseconds from the request to stop until the end (or 0 without a stop)."""
        if self.ladder is None or self.ended_at is None:
            return 0.0
        return (self.ended_at - self.ladder.asked_at) * 1000

    # ---- stimuli

    def launch(self, now: float) -> list[Action]:
        """It is the job's turn: it is to get a worker. `now` is in monotonic seconds."""
        self._move(State.STARTING, now)
        self.silence_since = now
        return [Launch()]

    def worker_ready(self, now: float) -> list[Action]:
        """Its worker waits for the job. A stop that came before is told to it instead."""
        self.silence_since = now
        if self.ladder is not None:
            return [Escalate(Step.CANCEL, self.ladder.request)] if self.ladder.rung is Rung.CANCEL else []
        self._move(State.RUNNING, now)
        self.began_at = now
        self.given = True
        return [GiveJob()]

    def heard(self, now: float) -> None:
        """The worker gave a sign of life."""
        self.silence_since = now

    def heard_waiting(self, now: float) -> list[Action]:
        """The worker gave a sign of life, and has no job yet."""
        self.silence_since = now
        return [GiveAgain()] if self.given and self.ladder is None else []

    def clock_jumped(self, now: float) -> None:
        """The supervisor did not run for a while, and what the worker has sent meanwhile is still to be read: its
        silence begins anew."""
        if self.silence_since is not None:
            self.silence_since = now

    def finished(self, outcome: Outcome, now: float) -> None:
        """The worker has logged its outcome. After a stop it changes nothing."""
        if self.state is State.RUNNING and self.outcome is None:
            self.outcome = outcome
            self.kill_linger_at = now + self.deadlines.linger_s

    def stop(self, request: StopRequest, now: float) -> list[Action]:
        """A person, or a limit, wants the job stopped. Raises `AlreadyEnded` if it comes too late."""
        if not self.undecided:
            raise AlreadyEnded(self.job_id)
        if self.ladder is not None:
            return self._climb(now) if not self.exited and self.ladder.harden(request, now) else []
        self.reason = request.reason
        self.ladder = Ladder(request, now, self.graces)
        if self.state is State.QUEUED:
            return self._end(now)
        self._move(State.STOPPING, now)
        return self._climb(now)

    def tick(self, now: float) -> list[Action]:
        """What is due by `now`, in monotonic seconds: the ladder's next step, or a stop for a limit of time."""
        if self.ended or self.exited:
            return []
        if self.ladder is not None:
            return self._climb(now)
        if self.kill_linger_at is not None:
            if now < self.kill_linger_at:
                return []
            self.kill_linger_at = now + self.deadlines.linger_s  # once more, should something have survived
            return [KillLingering()]
        for limit, at in self._limits():
            if now >= at:
                return self.stop(StopRequest(SUPERVISOR, limit), now)
        return []

    def worker_exited(self) -> None:
        """The worker itself is reaped. That ends the ladder, and no limit is reached any more: what it has left behind
        is swept, and what it had sent comes in."""
        self.exited = True

    def worker_gone(self, now: float, died_of: Reason = Reason.WORKER_DIED, proof: Proof | None = None) -> list[Action]:
        """The worker is reaped, its descendants are gone, as `proof` says, and what it had sent is in the log.
        `died_of` counts only for a worker that left neither because it had finished nor because it was stopped."""
        self.proof = proof
        if self.ladder is None:
            self.reason = None if isinstance(self.outcome, Success) else reason_of(self.outcome, died_of)
        return self._end(now)

    # ---- what follows from the state

    @property
    def due(self) -> float | None:
        """When `tick` has something to do."""
        if self.ended or self.exited:
            return None
        if self.ladder is not None:
            return self.ladder.due
        if self.kill_linger_at is not None:
            return self.kill_linger_at
        return min((at for _, at in self._limits()), default=None)

    def story(self) -> list[Move]:
        """Every change of state, in milliseconds since the job was accepted."""
        return [Move(state, round((at - self.accepted_at) * 1000, 1)) for state, at in self.moves]

    def rungs(self) -> list[Climb]:
        """Every rung climbed, in milliseconds since the stop was asked for."""
        if self.ladder is None:
            return []
        asked = self.ladder.asked_at
        return [
            Climb(step.rung, round((step.at - asked) * 1000, 1), step.request.by, step.request.reason)
            for step in self.ladder.climbed
        ]

    def _limits(self) -> list[tuple[Reason, float]]:
        limits: list[tuple[Reason, float]] = []
        if self.state is State.STARTING and self.silence_since is not None:
            limits.append((Reason.START_TIMEOUT, self.silence_since + self.deadlines.start_s))
        if self.state is State.RUNNING and self.began_at is not None and self.silence_since is not None:
            if self.deadlines.runtime_s:
                limits.append((Reason.DEADLINE, self.began_at + self.deadlines.runtime_s))
            if self.deadlines.heartbeat_s:
                limits.append((Reason.HEARTBEAT_LOST, self.silence_since + self.deadlines.heartbeat_s))
        return limits

    def _climb(self, now: float) -> list[Action]:
        assert self.ladder is not None
        actions: list[Action] = []
        for step in self.ladder.advance(now):
            request = self.ladder.latest
            if step.rung is not None:
                ms = round((now - self.ladder.asked_at) * 1000, 1)
                actions.append(Append(Stopping(step.rung, request.by, request.reason, ms)))
            actions.append(Escalate(step, request))
        return actions

    def _end(self, now: float) -> list[Action]:
        self.ended_at = now
        self._move(end_state(self.reason), now)
        return [End()]

    def _move(self, to: State, now: float) -> None:
        if to not in TRANSITIONS[self.state]:
            raise IllegalMove(f"{self!r} cannot become {to}; its story: {self.story()}")
        self.state = to
        self.moves.append((to, now))


def reason_of(outcome: Outcome | None, died_of: Reason) -> Reason:
    """Why a job has failed that was not stopped."""
    match outcome:
        case None:
            return died_of
        case Failure(reason=reason) if reason in SAID_BY_WORKERS:
            return reason
        case _:  # a worker cannot know that it has died, nor that somebody has stopped its job
            return Reason.AGENT_ERROR
