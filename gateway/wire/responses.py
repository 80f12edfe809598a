"""What the HTTP side answers with, beside errors (`gateway.wire.errors`) and conversations: a struct for each form."""

from typing import Literal

import msgspec

from bus.contract.events import Usage
from bus.contract.histogram import Histogram
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.wire.job_record import JobRecord
from bus.wire.outside import OutsideJob
from bus.wire.replies import EndedCount, NodeSummary


class Ok(msgspec.Struct, frozen=True):
    ok: Literal[True] = True


class CatalogPending(msgspec.Struct, frozen=True):
    """The catalog is being read; ask again in a moment."""

    status: Literal["reading"] = "reading"


class ServerStats(msgspec.Struct, frozen=True):
    """The supervisor's figures (`bus.wire.replies.Stats`) and the gateway's own."""

    jobs: dict[str, int]
    ended: list[EndedCount]
    stops: dict[Rung, Histogram]
    first_chunk: Histogram
    gauges: dict[str, float]
    gateway: dict[str, float]
    nodes: list[NodeSummary]


class Draining(msgspec.Struct, frozen=True):
    """The server accepts no more questions, and ends when these jobs have."""

    running: int
    waiting: int


class NodeList(msgspec.Struct, frozen=True):
    """The machines of the cluster."""

    nodes: list[NodeSummary]


class JobList(msgspec.Struct, frozen=True):
    """A page of the list; `next` is null on the last one."""

    jobs: list[OutsideJob]
    next: str | None


class AskedJob(OutsideJob, frozen=True, kw_only=True):
    """A job that was just asked for; `position` 0 means that it does not wait."""

    position: int


class StoppedJob(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a job ended that was stopped. A failed one says why (`code`, `error`); `rung`, `ms`, `by` and `proof` are
    there where the ladder was climbed."""

    job_id: str
    session_id: str
    state: State
    rung: Rung | None = None
    ms: float | None = None
    by: str | None = None
    proof: Proof | None = None
    reason: Reason | None = None
    usage: Usage | None = None
    code: str | None = None
    error: str | None = None


OutsideRecord = msgspec.defstruct(
    "OutsideRecord",
    [
        (field.name, field.type)
        for field in msgspec.structs.fields(JobRecord)
        if field.name not in {"summary", *OutsideJob.__struct_fields__}
    ],
    bases=(OutsideJob,),
    frozen=True,
    kw_only=True,
    namespace={"__doc__": "Everything that is kept about one job beside its stream."},
)
"""What `bus.wire.outside.outside_record` makes, as a type: a job as lists show it, and the rest of its record."""
