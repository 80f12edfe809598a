"""What the supervisor answers to a command."""

import msgspec

from bus.contract.catalog import Catalog
from bus.contract.histogram import Histogram
from bus.contract.kept.conversations import ConversationSummary, ConversationTurnSummary
from bus.contract.kept.saved import SavedQuestion
from bus.contract.kept.shares import SharedQuestion, ShareSummary
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.wire.job_record import JobRecord, JobSummary

UNAVAILABLE = "unavailable"
"""Code of an error that says: the supervisor did not answer; the same again is safe."""

CATALOG_READING = "reading"
"""Code of a refusal that says: the catalog is being read just now."""

UNREADABLE_FILE = "unreadable_file"
"""Code of an error that says: the file is no table that can be read, and was not kept."""


class Reply(msgspec.Struct, frozen=True, tag_field="reply"):
    """Base of the replies."""


class Submitted(Reply, frozen=True, tag="submitted"):
    """The job exists. `attached_to_existing`: it did before, nothing was started. `position` 0: it does not wait."""

    job: JobSummary
    position: int
    attached_to_existing: bool = False


class StopTaken(Reply, frozen=True, tag="stop_taken"):
    """The stop is under way. `job` is as it was when the stop came: the events after its `seq` tell what follows."""

    job: JobSummary


class Jobs(Reply, frozen=True, tag="jobs"):
    jobs: list[JobSummary]


class JobShown(Reply, frozen=True, tag="shown"):
    record: JobRecord


class CatalogRead(Reply, frozen=True, tag="catalog"):
    catalog: Catalog


class OwnFile(msgspec.Struct, frozen=True):
    """One file of a user's own. `tables` are what it is called in SQL: one, or one for each sheet of a workbook; none
    while that is not known. `added_at` in Unix seconds."""

    name: str
    size_bytes: int
    added_at: float
    tables: tuple[str, ...] = ()


class OwnFiles(Reply, frozen=True, tag="own_files"):
    """The caller's own files by name, and what they may be: each, all together, and how many."""

    files: list[OwnFile]
    max_file_bytes: int
    max_user_bytes: int
    max_files: int


class FileTaken(Reply, frozen=True, tag="file_taken"):
    """`name` is what the file is called if the job finds that it can be read."""

    name: str
    job: JobSummary


class Conversations(Reply, frozen=True, tag="conversations"):
    """One page; `following` is empty on the last one."""

    conversations: list[ConversationSummary]
    following: str = ""


class ConversationShown(Reply, frozen=True, tag="conversation_shown"):
    """The latest questions, oldest first."""

    conversation: ConversationSummary
    turns: list[ConversationTurnSummary]


class Changed(Reply, frozen=True, tag="changed"):
    """It is in the log."""


class ShareCreated(Reply, frozen=True, tag="share_created"):
    """It is in the log."""

    share: ShareSummary


class Shares(Reply, frozen=True, tag="shares"):
    shares: list[ShareSummary]


class ShareShown(Reply, frozen=True, tag="share_shown"):
    """The questions in the order of asking; at least one."""

    share: ShareSummary
    questions: list[SharedQuestion]


class SavedQuestions(Reply, frozen=True, tag="saved_questions"):
    saved: list[SavedQuestion]


class QuestionSaved(Reply, frozen=True, tag="question_saved"):
    """It is in the log."""

    saved: SavedQuestion


class Filled(Reply, frozen=True, tag="filled"):
    """The question that a saved one becomes with its values, and the agent and model to ask; empty names leave the
    choice to the server."""

    question: str
    agent: str
    model: str


class EndedCount(msgspec.Struct, frozen=True):
    """How many jobs have ended like this; a job that succeeded has no reason."""

    state: State
    reason: Reason | None
    count: int


class NodeSummary(msgspec.Struct, frozen=True):
    """A machine that takes jobs: `state` is joining, ready, silent, draining, left or resting, `jobs` of its `slots`
    are taken. `why` it takes none, for people. `proof`: how it is found there that nothing of a worker is left, once
    it is known; `resources`: what it offers to agents that need it."""

    name: str
    state: str
    jobs: int
    slots: int
    workers: int
    why: str = ""
    proof: Proof | None = None
    resources: list[str] = []


class Stats(Reply, frozen=True, tag="stats"):
    """Since the supervisor began: `jobs` by state, `gauges` by name (units in the names), how the jobs `ended`, how
    long `stops` took from the request to the proof by the rung they needed, and how long it took from a question to
    the `first_chunk` of its worker. `nodes` are the other machines."""

    jobs: dict[str, int]
    gauges: dict[str, float]
    ended: list[EndedCount] = []
    stops: dict[Rung, Histogram] = {}
    first_chunk: Histogram = Histogram()
    nodes: list[NodeSummary] = []


class Refused(Reply, frozen=True, tag="refused"):
    """The command was not carried out. `code` is stable, `error` and `hint` are for people."""

    code: str
    error: str
    hint: str = ""


AnyReply = (
    Submitted
    | StopTaken
    | Jobs
    | JobShown
    | CatalogRead
    | Conversations
    | ConversationShown
    | Changed
    | ShareCreated
    | Shares
    | ShareShown
    | SavedQuestions
    | QuestionSaved
    | Filled
    | OwnFiles
    | FileTaken
    | Stats
    | Refused
)
