"""What a client may ask of the supervisor.

Clients are gateways and the local command line: processes that could read the bus key. Each command names its `Caller`,
which the client has established when the person signed in.
"""

import msgspec

from bus.contract.kept.saved import SavedContent
from bus.contract.vocabulary import RatingVerdict, Role, Rung, State

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


MAX_COMMENT_CHARS = 500


class RateJob(Command, frozen=True, tag="rate"):
    """Say what an ended job of one's own was worth; the last word counts, None takes it back."""

    job_id: str
    verdict: RatingVerdict | None = None
    comment: str = ""


class ReadCatalog(Command, frozen=True, tag="catalog"):
    """The tables that the caller's questions can be asked about: those of all, and those of their own files. Refused
    with `reading` while it is being read for the first time, with `not_ready` when it could not be."""


class ListFiles(Command, frozen=True, tag="list_files"):
    """The caller's own files."""


class AddFile(Command, frozen=True, tag="add_file"):
    """Keep a whole upload (`bus.own_files.uploads`) as the caller's own, if it can be read: the reply names the job
    that finds out. The file is there once that has succeeded, and in no other case."""

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
    """What a share holds. Its id is the permission to read it, whatever the caller's role."""

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
    | RateJob
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
