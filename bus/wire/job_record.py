"""What is told about a job: its row in lists, and all that is kept of it beside its stream."""

import msgspec

from bus.contract.vocabulary import Proof, RatingVerdict, Reason, Rung, State


class JobSummary(msgspec.Struct, frozen=True):
    """A row of `ps`. Times are Unix seconds; `seq` is the number of the job's last event. `node` is the machine on
    which it runs; empty for that of the supervisor."""

    job_id: str
    session_id: str
    user: str
    agent: str
    question: str
    conversation_id: str
    state: State
    reason: Reason | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    pid: int | None
    seq: int
    rung: Rung | None
    rows: int = 0
    memory_bytes: int = 0
    cpu_s: float = 0.0
    detached: bool = False
    node: str = ""


class Climb(msgspec.Struct, frozen=True):
    """A rung that was climbed, `ms` after the stop was asked for."""

    rung: Rung
    ms: float
    by: str
    reason: Reason


class Move(msgspec.Struct, frozen=True):
    """A change of state, `ms` after the job was accepted."""

    state: State
    ms: float


class JobRecord(msgspec.Struct, frozen=True):
    """Everything that is kept about a job beside its stream. `note`: why it was stopped, in the asker's words.

    `error`, `code` and `hint` are those of a failed job's last event; `proof` says how it was found that nothing of it
    lives any more, None where nothing was started, and in older logs. `counted` is what the kernel has counted in its
    control group, where it limits memory and processes: `memory_peak_bytes`, and each event of `memory.events` and
    `pids.events` that has happened, as `memory_oom_kill`.
    `verdict` and `comment` are what its owner thought of the answer.
    """

    summary: JobSummary
    moves: list[Move]
    rungs: list[Climb]
    exit: str = ""
    stderr: str = ""
    stack: str = ""
    peak_memory_bytes: int = 0
    cpu_s: float = 0.0
    dropped_events: int = 0
    usage: dict[str, float] = {}
    note: str = ""
    error: str = ""
    code: str = ""
    hint: str = ""
    proof: Proof | None = None
    counted: dict[str, int] = {}
    verdict: RatingVerdict | None = None
    comment: str = ""
