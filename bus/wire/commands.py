"""What a client may ask of the supervisor, and what it answers.

Clients are gateways and the local command line: processes that could read the bus key. Each command
names its `Caller`, who was established where the person signed in.
"""

import msgspec

from bus.contract.catalog import Catalog
from bus.contract.conversations import ConversationSummary, ConversationTurnSummary
from bus.contract.histogram import Histogram
from bus.contract.saved import SavedContent, SavedQuestion
from bus.contract.shares import SharedQuestion, ShareSummary
from bus.contract.vocabulary import Proof, Reason, Role, Rung, State, Verdict
from bus.wire.own_files import OwnFile

MAX_COMMAND_BYTES = 16 * 1024 * 1024
"""A question, or the text of a conversation, with room."""


class Caller(msgspec.Struct, frozen=True):
    """The user for whom a command is given, and their role."""

    user: str
    role: Role


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person may set for one job; limits can only be lowered, never raised. `model` is one of those that the
    settings name; empty is the default one."""

    max_rows: int | None = None
    max_runtime_s: float | None = None
    table_format: str = "json"
    model: str = ""


class Command(msgspec.Struct, frozen=True, tag_field="command", forbid_unknown_fields=True, omit_defaults=True):
    """Base of the commands: an unknown field is refused. What stands at its default is not sent, so that a newer
    program is understood by an older supervisor as long as it wants nothing new."""

    caller: Caller


class Submit(Command, frozen=True, tag="submit"):
    """Ask a question. The same `session_id` with the same question re-attaches and never runs twice.

    `attached` jobs belong to their followers: when the last one has left, the job is stopped after the grace.
    `follows` is the session of the question in this conversation that this one comes after, empty for one that begins
    the conversation anew, None for the latest one: two questions that follow the same one are branches.
    `saved` is the saved question of which this is a run on the board: it asks what that does with its defaults, becomes
    its latest run, and a conversation that begins with it stands in no list until something else is asked in it.
    """

    session_id: str
    question: str
    agent: str = ""
    conversation_id: str = ""
    user_clarification: str | None = None
    attached: bool = False
    options: Options = Options()
    follows: str | None = None
    saved: str = ""


class Stop(Command, frozen=True, tag="stop"):
    """Stop one job, named as in `Show`. `rung` is where the ladder begins, `note` the person's own text. The reason is
    `user` where the caller owns the job, else `operator`."""

    job_id: str = ""
    session_id: str = ""
    note: str = ""
    rung: Rung = Rung.CANCEL


class ListJobs(Command, frozen=True, tag="list"):
    """Jobs that live, newest first, then the ended ones, newest first; a user's own only, unless the caller is an
    operator. `after`: what comes after this job."""

    state: State | None = None
    user: str = ""
    ended: bool = False
    limit: int = 1000
    after: str = ""


class Show(Command, frozen=True, tag="show"):
    """One job's whole record, named by its id, by an unambiguous beginning of it, or by session id."""

    job_id: str = ""
    session_id: str = ""


UNAVAILABLE = "unavailable"
"""Code of an error that says: the supervisor did not answer; the same again is safe."""

CATALOG_READING = "reading"
"""Code of a refusal that says: the catalog is being read just now."""


MAX_COMMENT_CHARS = 500


class Rate(Command, frozen=True, tag="rate"):
    """Say what an ended job of one's own was worth; the last word counts, None takes it back."""

    job_id: str
    verdict: Verdict | None = None
    comment: str = ""


class ReadCatalog(Command, frozen=True, tag="catalog"):
    """The tables that the caller's questions can be asked about: those of all, and those of their own files. Refused
    with `reading` while it is being read for the first time, with `not_ready` when it could not be."""


class ListFiles(Command, frozen=True, tag="list_files"):
    """The caller's own files."""


class AddFile(Command, frozen=True, tag="add_file"):
    """Keep a whole upload of `bus.own_files` as the caller's own, if it can be read: the reply names the job that
    finds out. The file is there once that has succeeded, and in no other case."""

    name: str
    upload: str


class RemoveFile(Command, frozen=True, tag="remove_file"):
    """Delete a file of the caller's own."""

    name: str


class RollUp(Command, frozen=True, tag="roll_up"):
    """Take the ended jobs into the history now, by a job that the reply names; for operators. Attached to an
    existing one, ask again when that has ended: it may have begun before the jobs you mean had ended."""


class ReadStats(Command, frozen=True, tag="stats"):
    """Counts and gauges of the supervisor."""


class Drain(Command, frozen=True, tag="drain"):
    """Admit nothing more; end when the last job has ended. Answered with `Stats`: what is left."""


class DrainNode(Command, frozen=True, tag="drain_node"):
    """Give this node nothing more, and let it go when its last job has ended; with `undo`, use it again. For operators;
    answered with `Stats`, refused with `not_found` where there is no node of that name."""

    name: str
    undo: bool = False


class ListConversations(Command, frozen=True, tag="list_conversations"):
    """A caller's own conversations, the latest first. `query`: words that must stand in their titles or questions;
    `after` is the `following` of the page before."""

    query: str = ""
    after: str = ""
    limit: int = 50


class ShowConversation(Command, frozen=True, tag="show_conversation"):
    """One of the caller's conversations with its questions."""

    conversation_id: str


class RenameConversation(Command, frozen=True, tag="rename_conversation"):
    conversation_id: str
    title: str


class HideConversation(Command, frozen=True, tag="hide_conversation"):
    """Take it out of the lists; refused while a job of it runs. Another question in it brings it back."""

    conversation_id: str


class CreateShare(Command, frozen=True, tag="create_share"):
    """Let others read these ended jobs of the caller's own, all of one conversation."""

    job_ids: list[str]
    public: bool = False


class ListShares(Command, frozen=True, tag="list_shares"):
    """The caller's own, the latest first."""


class ShowShare(Command, frozen=True, tag="show_share"):
    """What a share holds; whoever the caller is, its id says that they may know."""

    share_id: str


class EndShare(Command, frozen=True, tag="end_share"):
    """One of the caller's own; an operator's command ends any."""

    share_id: str


class ListSaved(Command, frozen=True, tag="list_saved"):
    """The caller's saved questions, the earliest first."""


class SaveQuestion(Command, frozen=True, tag="save_question"):
    """Keep a question to be asked again; with `saved_id`, in the place of that one of the caller's own."""

    content: SavedContent
    saved_id: str = ""


class FillSaved(Command, frozen=True, tag="fill_saved"):
    """What one of the caller's own asks with these values, by parameter; the defaults where none is given."""

    saved_id: str
    values: dict[str, str] = {}


class ArrangeBoard(Command, frozen=True, tag="arrange_board"):
    """These saved questions of the caller's own stand on the board, in this order, and no others."""

    saved_ids: list[str]


class ForgetSaved(Command, frozen=True, tag="forget_saved"):
    """One of the caller's own."""

    saved_id: str


AnyFileCommand = ListFiles | AddFile | RemoveFile
AnySavedCommand = ListSaved | SaveQuestion | FillSaved | ArrangeBoard | ForgetSaved
AnyShareCommand = CreateShare | ListShares | ShowShare | EndShare
AnyConversationCommand = ListConversations | ShowConversation | RenameConversation | HideConversation
AnyCommand = (
    Submit
    | Stop
    | Rate
    | ListJobs
    | Show
    | ReadCatalog
    | RollUp
    | ReadStats
    | Drain
    | DrainNode
    | AnyConversationCommand
    | AnyShareCommand
    | AnySavedCommand
    | AnyFileCommand
)


# ---- what is told about a job


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
    verdict: Verdict | None = None
    comment: str = ""


# ---- replies


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


class Shown(Reply, frozen=True, tag="shown"):
    record: JobRecord


class CatalogRead(Reply, frozen=True, tag="catalog"):
    catalog: Catalog


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
    """What is to be asked, of whom; empty names are the server's choice."""

    question: str
    agent: str
    model: str


class EndedCount(msgspec.Struct, frozen=True):
    """How many jobs have ended like this; a job that succeeded has no reason."""

    state: State
    reason: Reason | None
    count: int


class NodeSummary(msgspec.Struct, frozen=True):
    """A machine that takes jobs: `state` is joining, ready, silent, draining or left, `jobs` of its `slots` are taken.
    `why` it takes none, for people."""

    name: str
    state: str
    jobs: int
    slots: int
    workers: int
    why: str = ""


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
    | Shown
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
