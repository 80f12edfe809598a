"""The kill ladder: cancel, then terminate, then kill. Pure: time comes in, steps come out."""

from dataclasses import dataclass
from enum import Enum

from bus.contract.vocabulary import Reason, Rung

DUMP_LEAD_S = 0.15
"""How long before SIGTERM a stuck worker is asked for its stack: it needs a moment to write it, and SIGTERM's
default disposition would leave it none."""

KILL_AGAIN_S = 0.1
"""SIGKILL is sent again to whatever appeared since, until nothing of the job is left."""


@dataclass(frozen=True, slots=True)
class StopRequest:
    """The user or program that wants a job stopped (`by`), the reason, and the rung to begin on. `note` is the person's
    own text."""

    by: str
    reason: Reason
    rung: Rung = Rung.CANCEL
    note: str = ""


@dataclass(frozen=True, slots=True)
class Graces:
    """How long a worker may take to obey a rung before the next is climbed, in seconds."""

    cancel_s: float
    terminate_s: float


class Step(Enum):
    """What is to be done to the worker now."""

    CANCEL = "cancel"
    DUMP_STACK = "dump_stack"
    TERMINATE = "terminate"
    KILL = "kill"
    KILL_AGAIN = "kill_again"

    @property
    def rung(self) -> Rung | None:
        """The rung that this step climbs, if it climbs one."""
        return _RUNG_OF.get(self)


@dataclass(frozen=True, slots=True)
class Climbed:
    """A rung that was climbed, when, and at whose request."""

    rung: Rung
    at: float
    request: StopRequest


_FIRST_STEP = {Rung.CANCEL: Step.CANCEL, Rung.TERMINATE: Step.TERMINATE, Rung.KILL: Step.KILL}
_RUNG_OF = {Step.CANCEL: Rung.CANCEL, Step.TERMINATE: Rung.TERMINATE, Step.KILL: Rung.KILL}


class Ladder:
    """One stop of one job, from the request until the worker's exit, which ends it.

    Call `advance(now)` at `due`, and whenever a request has changed it; carry out the steps it returns.
    """

    def __init__(self, request: StopRequest, now: float, graces: Graces) -> None:
        self.request = request
        self.asked_at = now
        self.climbed: list[Climbed] = []
        self.due = now
        self._graces = graces
        self._next = _FIRST_STEP[request.rung]
        self.latest = request

    def __repr__(self) -> str:
        return f"<Ladder {self.request.reason} by {self.request.by} rung={self.rung} next={self._next.value}>"

    @property
    def rung(self) -> Rung:
        """The highest rung so far; before the first step, the one it begins with."""
        return self.climbed[-1].rung if self.climbed else self.request.rung

    def harden(self, request: StopRequest, now: float) -> bool:
        """Move forward to a harder request's rung; a request that is no harder changes nothing."""
        if request.rung.height <= self.rung.height:
            return False
        self._next = _FIRST_STEP[request.rung]
        self.latest = request
        self.due = now
        return True

    def advance(self, now: float) -> list[Step]:
        """The steps that are due, in order."""
        steps: list[Step] = []
        while now >= self.due:
            step = self._next
            steps.append(step)
            if step.rung is not None:
                self.climbed.append(Climbed(step.rung, now, self.latest))
            self._plan_after(step, now)
        return steps

    def _plan_after(self, step: Step, now: float) -> None:
        if step is Step.CANCEL:
            lead = min(DUMP_LEAD_S, self._graces.cancel_s)
            self._next, self.due = Step.DUMP_STACK, now + self._graces.cancel_s - lead
        elif step is Step.DUMP_STACK:
            lead = min(DUMP_LEAD_S, self._graces.cancel_s)
            self._next, self.due = Step.TERMINATE, now + lead
        elif step is Step.TERMINATE:
            self._next, self.due = Step.KILL, now + self._graces.terminate_s
        else:
            self._next, self.due = Step.KILL_AGAIN, now + KILL_AGAIN_S
