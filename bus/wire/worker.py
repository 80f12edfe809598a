"""What supervisor and worker say to each other, and what a worker is given when it starts."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from bus.contract.catalog import Catalog
from bus.contract.data_place import DataPlace
from bus.contract.events import Result, Usage
from bus.contract.settings import AgentDefinition, Settings
from bus.contract.vocabulary import Reason
from bus.transport.codec import Decoder
from bus.wire.commands import Options

STDERR_NAME = ".stderr"
STACK_NAME = ".stack"
"""The file in the scratch folder with what the worker writes to standard output and error, and its stack dump."""

_decode_catalog: Decoder[Catalog] = Decoder(Catalog)


class WorkerSpec(msgspec.Struct, frozen=True):
    """Everything a new worker needs before it knows its job. `token` proves that an event is this worker's."""

    token: bytes
    agent_name: str
    agent: AgentDefinition
    control_endpoint: str
    events_endpoint: str
    scratch: str
    data: DataPlace
    settings: Settings


class ConversationTurn(msgspec.Struct, frozen=True):
    """An earlier question of the conversation and what became of it."""

    question: str
    sql: str = ""
    answer: str = ""
    clarification: str = ""


class KeptTurn(ConversationTurn, frozen=True):
    """A turn as it is recorded: `store` and `files` are what its agent keeps for the next question of the
    conversation: a table, and the contents of files by their paths."""

    store: dict[str, bytes] = {}
    files: dict[str, bytes] = {}


class JobSpec(msgspec.Struct, frozen=True):
    """The one job a worker serves. `max_cost_usd` is reserved for it of its user's day; None without such a limit.
    `may_trim` is for the one that writes the history: whether what is too old may go. `encoded_catalog` is decoded by
    those who look at `catalog`, each time. `model_notes` is what earlier workers have found out about models and their
    servers. `kept` is the turn with which the same agent has last answered in the conversation, an empty one before
    that; None where there is no conversation."""

    job_id: str
    user: str
    question: str
    user_clarification: str | None = None
    conversation: list[ConversationTurn] = []
    options: Options = Options()
    max_rows: int = 1_000_000
    max_cost_usd: float | None = None
    may_trim: bool = True
    encoded_catalog: bytes = b""
    model_notes: list[str] = []
    kept: KeptTurn | None = None

    @property
    def catalog(self) -> Catalog | None:
        """What is known of the data; None until they have been read."""
        return _decode_catalog(self.encoded_catalog) if self.encoded_catalog else None


# ---- control, supervisor → worker


class Control(msgspec.Struct, frozen=True, tag_field="control"):
    """Base of what is said over control; this path never queues behind events."""


class Assign(Control, frozen=True, tag="assign"):
    job: JobSpec


class Acknowledge(Control, frozen=True, tag="ack"):
    """Every event up to `through` is in the log. `resend` asks for all that follows once more."""

    through: int
    resend: bool = False


class Cancel(Control, frozen=True, tag="cancel"):
    by: str
    reason: Reason


ToWorker = Assign | Acknowledge | Cancel


# ---- control, worker → supervisor


class Ready(Control, frozen=True, tag="ready"):
    """The worker has loaded its agent and waits for its job."""

    token: bytes


class Heartbeat(Control, frozen=True, tag="heartbeat"):
    """The worker's event loop runs. `begun`: it knows its job (or that there is none any more). One comes at once when
    a model begins to read, so that this is paid for however the worker ends.

    `usage` is cumulative; two lines carry it, and of two reports the one with the later `used_at`, in monotonic
    seconds, counts.
    """

    token: bytes
    begun: bool
    usage: Usage = Usage()
    used_at: float = 0.0


class DataChanged(Control, frozen=True, tag="data_changed"):
    """The catalog that came with the job is not that of the data any more (or none came): `fingerprint` is theirs."""

    token: bytes
    fingerprint: str


class ModelNoted(Control, frozen=True, tag="model_noted"):
    """Something about a model and its server that the workers to come should know."""

    token: bytes
    note: Annotated[str, Meta(max_length=500)]


ToSupervisor = Ready | Heartbeat | DataChanged | ModelNoted


# ---- events, worker → supervisor: one frame each, for a frame costs as much as a message

MAX_COUNT = 1_000_000
"""Events in one batch: far more than any worker sends, and few enough for every number to fit into the log."""

MAX_CONTROL_BYTES = 64 * 1024
"""What a worker says beside its events: it is ready, it lives, the data have changed."""

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""One batch or outcome, with what goes with it: it is written, read and sent on in one piece."""

EventNumber = Annotated[int, Meta(ge=1, le=2**62)]


class WorkerMessage(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of what a worker sends there. `usage` and `used_at` are as in a heartbeat; `blob` is passed on as it is."""

    token: bytes
    first: EventNumber
    usage: Usage
    blob: bytes
    used_at: float = 0.0


class EventBatch(WorkerMessage, frozen=True, tag="events", kw_only=True):
    """`count` events, numbered from `first`; the blob is one MessagePack array."""

    count: Annotated[int, Meta(ge=1, le=MAX_COUNT)]


class Finished(WorkerMessage, frozen=True, tag="finished"):
    """The worker's last event, number `first`; the blob is its `Outcome`."""

    @property
    def count(self) -> int:
        return 1


AnyWorkerMessage = EventBatch | Finished


class Success(msgspec.Struct, frozen=True, tag_field="outcome", tag="success"):
    """`turn` is what later questions of the conversation learn of this one; `catalog` only comes from the job that
    has read it, `rolled_up` (the jobs' numbers in the log) only from one that has rolled jobs up."""

    result: Result
    turn: KeptTurn | None = None
    catalog: Catalog | None = None
    rolled_up: list[EventNumber] = []


class Failure(msgspec.Struct, frozen=True, tag_field="outcome", tag="failure"):
    """The agent gave up. `reason` says of what sort the failure is; `details` go into the job's record."""

    reason: Reason
    code: str
    error: str
    hint: str = ""
    retryable: bool = True
    details: dict[str, Any] = {}


class CancelledOutcome(msgspec.Struct, frozen=True, tag_field="outcome", tag="cancelled"):
    """The agent ended because it was asked to."""


Outcome = Success | Failure | CancelledOutcome
