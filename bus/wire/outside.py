"""The inside's events and jobs as the objects of the outside wire (`docs/protocol.md`).

One place for the WebSocket, server-sent events and the command line's `--json`: `{"event": NAME, "data": {...}}`,
to be encoded with `msgspec.json`. Everybody who needs another form of a job's stream starts from here.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from bus.contract.events import (
    Accepted,
    Completed,
    Event,
    Failed,
    Killed,
    PlainChunk,
    Queue,
    Result,
    Stopping,
    StopProof,
    TableRows,
    Usage,
    Warn,
)
from bus.contract.vocabulary import Proof, Reason, Refusal, Rung, State
from bus.values.visible import shortened
from bus.wire.batch import Batch
from bus.wire.job_record import JobRecord, JobSummary
from bus.wire.replies import UNAVAILABLE, Refused

PROTOCOL_VERSION = "1.6"
"""Version of the outside wire; `docs/protocol.md` states it, and a test holds the two together."""

MAX_WARNING_CHARS = 300

RETRYABLE_REFUSALS = frozenset({Refusal.QUEUE_FULL, Refusal.QUOTA, Refusal.CONVERSATION_BUSY, UNAVAILABLE})
"""Refusals after which the same question may be accepted later."""


class Outside(msgspec.Struct, frozen=True, tag_field="event"):
    """Base of what goes out. The tag is the event's name, `data` its content."""


class AcceptedData(msgspec.Struct, frozen=True):
    session_id: str
    job_id: str
    seq: int
    position: int


class AgentAccepted(Outside, frozen=True, tag="agent_accepted"):
    data: AcceptedData


class JsonRows(Event, frozen=True, tag="table_rows"):
    """Rows as JSON arrays in column order (`bus.values.rows`)."""

    rows: list[list[Any]]


JsonChunk = PlainChunk | JsonRows | Queue | Stopping
"""Every chunk, for clients that take rows as JSON."""


class ArrowRows(Event, frozen=True, tag="table_rows"):
    """The header's chunk of a binary frame; the Arrow stream itself follows the header."""

    encoding: Literal["arrow"] = "arrow"


OutsideChunk = JsonChunk | ArrowRows
"""What a chunk may be; both kinds of rows have one tag, so none but the reader of a frame can tell which it is."""


class ChunkData(msgspec.Struct, frozen=True, gc=False):
    session_id: str
    seq: int
    chunk: Annotated[Any, msgspec.Meta(extra={"holds": OutsideChunk})]


class AgentChunk(Outside, frozen=True, tag="agent_chunk", gc=False):
    data: ChunkData


class CompleteData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`recorded` is false, here and in the other ends, where the log cannot be written yet."""

    session_id: str
    seq: int
    result: Result
    recorded: bool = True


class AgentComplete(Outside, frozen=True, tag="agent_complete"):
    data: CompleteData


class ErrorData(msgspec.Struct, frozen=True, omit_defaults=True):
    """`seq` is missing where a question was refused, `session_id` where a frame named none."""

    session_id: str
    error: str
    code: str
    hint: str
    retryable: bool
    seq: int | None = None
    stop: StopProof | None = None
    recorded: bool = True


class AgentFailed(Outside, frozen=True, tag="agent_error"):
    data: ErrorData


class KilledData(msgspec.Struct, frozen=True, omit_defaults=True):
    session_id: str
    seq: int
    rung: Rung
    ms: float
    by: str
    reason: Reason
    usage: Usage
    proof: Proof | None = None
    recorded: bool = True


class AgentKilled(Outside, frozen=True, tag="agent_killed"):
    data: KilledData


ENDINGS = frozenset({"agent_complete", "agent_error", "agent_killed"})
"""The names of the events that end a job's stream."""


class OutsideJob(msgspec.Struct, frozen=True):
    """A job as lists show it. Times are Unix seconds; `seq` is the number of the job's last event; `node` the machine
    on which it runs, empty for the supervisor's own."""

    job_id: str
    session_id: str
    user: str
    agent: str
    query: str
    conversation_id: str
    state: State
    reason: Reason | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    pid: int | None
    seq: int
    rung: Rung | None
    rows: int
    memory_bytes: int
    cpu_s: float
    detached: bool
    node: str = ""


class AgentJobsData(msgspec.Struct, frozen=True):
    jobs: list[OutsideJob]


class AgentJobs(Outside, frozen=True, tag="agent_jobs"):
    data: AgentJobsData


def outside_events(batch: Batch, session_id: str, skip: int = 0, *, arrow: bool = False) -> list[Outside]:
    """The batch's events after the first `skip`, in order.

    With `arrow` the chunk of rows stays the `bus.contract.events.TableRows` that it was, for who sends Arrow as it is;
    else it becomes `JsonRows`. Raises `CodecError` for a batch that cannot be read.
    """
    special = _KEEP_ARROW if arrow else _SPECIAL
    events = [
        special[type(event)](batch.job_id, session_id, seq, event)
        if type(event) in special
        else AgentChunk(ChunkData(session_id, seq, event))
        for seq, event in batch.events(skip)
    ]
    return events if batch.recorded else [_unrecorded(event) for event in events]


def outside_job(summary: JobSummary) -> OutsideJob:
    """A row of `ps`; the question is called `query` outside."""
    facts = msgspec.structs.asdict(summary)
    return OutsideJob(query=facts.pop("question"), **facts)


def outside_record(record: JobRecord) -> dict[str, Any]:
    """A job's whole record: its row, and beside it moves, rungs, exit, stack, and so on. For a JSON encoder."""
    facts = msgspec.structs.asdict(record)
    return {**msgspec.structs.asdict(outside_job(facts.pop("summary"))), **facts}


def refused_question(session_id: str, refused: Refused) -> AgentFailed:
    """What a question that never became a job is answered with; it has no `seq`."""
    retryable = refused.code in RETRYABLE_REFUSALS
    return AgentFailed(ErrorData(session_id, refused.error, refused.code, refused.hint, retryable))


def _accepted(job_id: str, session_id: str, seq: int, event: Accepted) -> Outside:
    return AgentAccepted(AcceptedData(session_id, job_id, seq, event.position))


def _rows(job_id: str, session_id: str, seq: int, event: TableRows) -> Outside:
    from bus.values.rows import json_rows  # loads pyarrow, which who never meets rows does not need

    try:
        rows = json_rows(event.arrow)
    except Exception as error:  # a worker may send any bytes as rows, and what follows is to be told all the same
        words = f"{event.count:,} rows that the worker has sent cannot be read, and are left out ({error})."
        return AgentChunk(ChunkData(session_id, seq, Warn(shortened(words, MAX_WARNING_CHARS))))
    return AgentChunk(ChunkData(session_id, seq, JsonRows(rows)))


def _complete(job_id: str, session_id: str, seq: int, event: Completed) -> Outside:
    return AgentComplete(CompleteData(session_id, seq, event.result))


def _error(job_id: str, session_id: str, seq: int, event: Failed) -> Outside:
    return AgentFailed(
        ErrorData(session_id, event.error, event.code, event.hint, event.retryable, seq=seq, stop=event.stop)
    )


def _killed(job_id: str, session_id: str, seq: int, event: Killed) -> Outside:
    data = KilledData(session_id, seq, event.rung, event.ms, event.by, event.reason, event.usage, event.proof)
    return AgentKilled(data)


def _unrecorded(event: Outside) -> Outside:
    if isinstance(event, AgentComplete | AgentFailed | AgentKilled):
        return type(event)(msgspec.structs.replace(event.data, recorded=False))  # type: ignore[arg-type]
    return event


_Convert = Callable[[str, str, int, Any], Outside]
_KEEP_ARROW: dict[type, _Convert] = {Accepted: _accepted, Completed: _complete, Failed: _error, Killed: _killed}
_SPECIAL: dict[type, _Convert] = {**_KEEP_ARROW, TableRows: _rows}
