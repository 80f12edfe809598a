"""The words every part agrees on: states, reasons, rungs, and which moves between states exist.

Pure: nothing here does I/O or knows the time.
"""

from enum import StrEnum

SUPERVISOR = "supervisor"
"""The user who asks the supervisor's own questions, and who stops a job that has reached a limit."""


class State(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})
"""The states that a job never leaves."""

TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.STARTING, State.CANCELLED, State.FAILED}),
    State.STARTING: frozenset({State.RUNNING, State.STOPPING, State.FAILED}),
    State.RUNNING: frozenset({State.SUCCEEDED, State.FAILED, State.STOPPING}),
    State.STOPPING: frozenset({State.CANCELLED, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


class Reason(StrEnum):
    """Why a job was cancelled or failed; a job that succeeded has none."""

    USER = "user"
    OPERATOR = "operator"
    DISCONNECT = "disconnect"
    SHUTDOWN = "shutdown"

    AGENT_ERROR = "agent_error"
    LLM_ERROR = "llm_error"
    WORKER_DIED = "worker_died"
    START_TIMEOUT = "start_timeout"
    HEARTBEAT_LOST = "heartbeat_lost"
    SUPERVISOR_LOST = "supervisor_lost"
    NODE_LOST = "node_lost"
    DEADLINE = "deadline"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT_LIMIT = "output_limit"
    BUDGET = "budget"


CANCELLING = frozenset({Reason.USER, Reason.OPERATOR, Reason.DISCONNECT, Reason.SHUTDOWN})
"""Somebody asked or left: the job ends *cancelled*. Every other reason ends it *failed*."""


SAID_BY_WORKERS = frozenset({Reason.AGENT_ERROR, Reason.LLM_ERROR, Reason.MEMORY, Reason.OUTPUT_LIMIT, Reason.BUDGET})
"""The reasons that a worker may give for having failed. All others are found out by the supervisor, from outside."""


def end_state(reason: Reason | None) -> State:
    """The state in which a job ends for this reason (`None`: it did what it was asked)."""
    if reason is None:
        return State.SUCCEEDED
    return State.CANCELLED if reason in CANCELLING else State.FAILED


class Rung(StrEnum):
    """The steps of the kill ladder, gentlest first."""

    CANCEL = "cancel"
    TERMINATE = "terminate"
    KILL = "kill"

    @property
    def height(self) -> int:
        return list(Rung).index(self)


class RatingVerdict(StrEnum):
    """What a person thought of an answer."""

    UP = "up"
    DOWN = "down"


class Proof(StrEnum):
    """How it was found that nothing of a job lives any more: by its control group, or by looking for descendants; on
    another machine by what its node has reaped, or by the end of that node's lease."""

    CGROUP = "cgroup"
    SWEPT = "swept"
    NODE_REAPED = "node_reaped"
    LEASE = "lease"


class Refusal(StrEnum):
    """Why a question never became a job."""

    QUEUE_FULL = "queue_full"
    QUOTA = "quota"
    CONVERSATION_BUSY = "conversation_busy"
    SESSION_CONFLICT = "session_conflict"
    BAD_REQUEST = "bad_request"
    UNAUTHORIZED = "unauthorized"


class Role(StrEnum):
    """What a signed-in person may do: a user sees and stops their own jobs, an operator all."""

    USER = "user"
    OPERATOR = "operator"


RESERVED_USERS = frozenset(
    {"agent", "deadstop", "gateway", "local", "operator", "serve", "shutdown", "supervisor", "worker"}
)
"""Names by which Deadstop says who did something: no user can have them, in any case of letters."""


def is_reserved(user: str) -> bool:
    """Whether this is a name of Deadstop's own."""
    return user.lower() in RESERVED_USERS
