"""Everything that can stand in a job's stream, as frozen tagged structs.

An event's number (`seq`) is its place in the stream, so the structs do not carry it: a batch of the log is
`(job, first, last, blob)` and event *i* of the blob has the number `first + i`.

The *chunks* are what an agent may say; the supervisor adds the rest. Names and fields are those of the outside
wire (`docs/protocol.md`): an encoded chunk is what the page receives as `chunk`, except `TableRows`, whose Arrow
stream the gateway turns into JSON rows for clients that want those.
"""

from typing import Annotated, Any, Literal, TypedDict

import msgspec

from bus.contract.vocabulary import Proof, Reason, Rung


class Event(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    """Base of every event in a job's stream. None holds itself, so none is a matter for the garbage collector."""


# ---- chunks: what happens while a job runs


class Queue(Event, frozen=True, tag="queue", omit_defaults=True):
    """The job waits; `position` 1 is next. `note` says why it does although a place is free, where that is so."""

    position: int
    note: str = ""


class Status(Event, frozen=True, tag="status"):
    """One short sentence for people about what is going on."""

    message: str


class Node(Event, frozen=True, tag="node"):
    """A step of the agent changes state; `ms` since it started (0 when it starts)."""

    node: str
    state: Literal["started", "finished", "failed"]
    ms: float = 0.0


class Progress(Event, frozen=True, tag="progress"):
    """How far a step is: `fraction` from 0 to 1, or None where the engine cannot say."""

    fraction: float | None
    message: str = ""


class ResponseChunk(Event, frozen=True, tag="response_chunk"):
    """A piece of streamed text, to be appended to its field."""

    field: Literal["response", "prompt_monitor"]
    chunk: str


class Column(msgspec.Struct, frozen=True):
    """Name and engine type of a result's column."""

    name: str
    type: str


class TableSchema(Event, frozen=True, tag="table_schema"):
    """The columns of the rows that follow."""

    columns: list[Column]


class TableRows(Event, frozen=True, tag="table_rows"):
    """Rows of the result as one self-contained, uncompressed Arrow IPC stream."""

    arrow: bytes
    count: int


class ModelCall(Event, frozen=True, tag="model_call"):
    """A request to a model begins or ends. `purpose` (planner, repair, answer, ...) and `model` stand in both.

    What it took stands in the end: `ms` since it began, its tokens (`estimated` where we had to count them), and its
    cost, None where the model has no price. `failed` is also a call that a limit or a stop has broken off.
    """

    purpose: str
    model: str
    state: Literal["started", "finished", "failed"]
    ms: float = 0.0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    estimated: bool = False
    cost_usd: float | None = None


class Tool(Event, frozen=True, tag="tool"):
    """A model begins to look at the data with a tool, or has: its `name` and `arguments` stand in both, `ms` since it
    began and `found`, a few words on what came, in the end. `failed`: it gave an error, or was broken off."""

    name: str
    arguments: dict[str, Any]
    state: Literal["started", "finished", "failed"]
    ms: float = 0.0
    found: str = ""


class Sql(Event, frozen=True, tag="sql"):
    """The statement that is about to run."""

    sql: str


class Chart(Event, frozen=True, tag="chart"):
    """A Vega-Lite specification that fits the result."""

    spec: dict[str, Any]


class Warn(Event, frozen=True, tag="warning"):
    """Something people should know, though the job goes on."""

    message: str


class Stopping(Event, frozen=True, tag="stopping"):
    """A rung of the kill ladder is being climbed, `ms` milliseconds after the stop was asked for."""

    rung: Rung
    by: str
    reason: Reason
    ms: float = 0.0


PlainChunk = Status | Node | Progress | ResponseChunk | ModelCall | Tool | TableSchema | Sql | Chart | Warn
"""What travels outside as it is."""

WorkerEvent = PlainChunk | TableRows
"""What a worker may say. Everything else in a stream is said by the supervisor, and by it alone."""

Chunk = WorkerEvent | Queue | Stopping


# ---- what begins and ends a job


class Usage(msgspec.Struct, frozen=True):
    """What a job has used. `estimated` is true where a stopped answer's tokens had to be counted by us."""

    rows: int = 0
    chunks: int = 0
    model_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float = 0.0
    estimated: bool = False


class Clarification(msgspec.Struct, frozen=True):
    """The agent asks back: the person's next message is the answer. `sql` is a statement to begin with, where there is
    one."""

    question: str
    suggestions: list[str] = []
    sql: str = ""


class NamedColumn(TypedDict):
    """A `Column` as a plain object."""

    name: str
    type: str


class RawTable(TypedDict):
    """The first rows of the result. `row_count` were sent; `truncated`: the statement had more."""

    columns: list[NamedColumn]
    rows: list[list[Any]]
    row_count: int
    truncated: bool


class FinalOutput(TypedDict, total=False):
    """The end of what was streamed, for clients that read nothing else."""

    response: str
    raw_table: RawTable | None
    prompt_monitor: str
    chart: dict[str, Any] | None


class Result(msgspec.Struct, frozen=True):
    """What a finished job hands over: `agent_complete.result` on the outside wire."""

    final_output: Annotated[dict[str, Any], msgspec.Meta(extra={"holds": FinalOutput})]
    usage: Usage
    timings: dict[str, float]
    clarification: Clarification | None = None


class Accepted(Event, frozen=True, tag="accepted"):
    """Number 1 of every stream. `position` 0 means that the job does not wait."""

    position: int


class Completed(Event, frozen=True, tag="complete"):
    """The job did what it was asked."""

    result: Result


class StopProof(msgspec.Struct, frozen=True):
    """How a worker was stopped: the highest rung needed, milliseconds from request to proof, by whom, and how it was
    found that nothing of it lives any more (None where nothing had been started, and in older logs)."""

    rung: Rung
    ms: float
    by: str
    proof: Proof | None = None


class Failed(Event, frozen=True, tag="error", omit_defaults=True):
    """The job failed. `stop` stands when a limit climbed the ladder."""

    error: str
    code: str
    hint: str
    retryable: bool
    stop: StopProof | None = None


class Killed(Event, frozen=True, tag="killed"):
    """The job was stopped, and none of its processes lives any more."""

    rung: Rung
    ms: float
    by: str
    reason: Reason
    usage: Usage
    proof: Proof | None = None


Ending = Completed | Failed | Killed
"""Every stream ends with exactly one of these, written by the supervisor alone."""

JobEvent = Accepted | Chunk | Ending
