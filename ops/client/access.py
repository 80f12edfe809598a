"""What commands need of a server, whether through the bus, over HTTP or from its log."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import msgspec

from bus.contract.catalog import Catalog
from bus.contract.kept.saved import SavedContent, SavedQuestion
from bus.contract.kept.shares import ShareSummary
from bus.contract.vocabulary import Rung, State
from bus.wire.commands import Options
from bus.wire.outside import OutsideJob
from bus.wire.replies import OwnFile, Refused, Stats
from ops.client.timed_events import TimedEvent
from ops.errors import OpsError

WireObject = dict[str, Any]
"""An object of the outside wire: `{"event": NAME, "data": {...}}`."""


class Declined(OpsError):
    """The server said no. `code` is stable, the text for people."""

    def __init__(self, code: str, error: str, hint: str = "") -> None:
        super().__init__(f"{error}; {hint}" if hint else error)
        self.code = code


def declined(refused: Refused) -> Declined:
    """What a refused command is for the command line."""
    return Declined(refused.code, refused.error, refused.hint)


@dataclass(frozen=True)
class AskRequest:
    """A question as a server takes it. With `user_clarification`, `question` is the one that was asked back, and this
    the answer; empty names are the server's choice."""

    question: str
    agent: str = ""
    options: Options = field(default_factory=Options)
    conversation_id: str = ""
    user_clarification: str | None = None


@dataclass(frozen=True)
class PastQuestion:
    """The last question of a conversation, and its job. `stands_alone`: no other was asked before it there."""

    job: OutsideJob
    question: str
    agent: str
    stands_alone: bool = True


class JobsAccess(Protocol):
    """A server's jobs. Each method raises `Declined` when the server says no, `BusError` when it does not answer."""

    async def submit(self, query: AskRequest) -> OutsideJob:
        """A new job that is stopped some time after its last follower has gone."""

    async def latest_conversation(self) -> str | None:
        """The conversation of one's own in which something was asked last; None where there is none."""

    async def last_question(self, conversation_id: str) -> PastQuestion | None:
        """The last question of a conversation of one's own; None where there is no such conversation."""

    async def list(self, *, user: str = "", state: State | None = None, ended: bool = False) -> list[OutsideJob]:
        """Jobs, newest first; the ended ones only if asked for."""

    async def show(self, job_id: str) -> dict[str, Any]:
        """The record of the one job whose id begins with `job_id`, in the outside's words."""

    async def stop(self, job_id: str, *, rung: Rung, note: str = "") -> None:
        """Ask for the stop; the job's stream has the proof. Whether its reason is `user` or `operator` follows from
        the job's owner."""

    def follow(self, job: OutsideJob, after: int = 0, *, present: bool = False) -> AsyncIterator[WireObject]:
        """The job's stream from event `after + 1` to its end. `present`: the job runs for this follower."""

    def timed_events(self, job: OutsideJob) -> AsyncGenerator[TimedEvent, None]:
        """The job's stream for a timeline: with times where the server tells them, and without its rows."""

    async def catalog(self) -> Catalog | None:
        """The tables that can be asked about; None while they are still being read."""

    async def figures(self) -> Stats:
        """Counts and gauges of the supervisor."""

    async def saved(self) -> Sequence[SavedQuestion]:
        """One's own saved questions, the earliest first."""

    async def save(self, content: SavedContent) -> SavedQuestion:
        """Keep it to be asked again."""

    async def fill(self, saved_id: str, values: Mapping[str, str]) -> AskRequest:
        """What a saved question of one's own asks with these values, and the defaults of its other parameters."""

    async def share(self, job_ids: Sequence[str], *, public: bool = False) -> ShareSummary:
        """A link by which others read these ended answers of one's own."""

    async def shares(self) -> Sequence[ShareSummary]:
        """One's own, the latest first."""

    async def end_share(self, share_id: str) -> None:
        """End a share: its link shows nothing from then on."""

    async def give_file(self, file: Path, sent: Callable[[int], None]) -> OwnFile:
        """Keep a copy as one's own, to ask about; `sent` is told how many bytes are there. `Declined` where it cannot
        be read; OSError where we cannot. Nothing of it is kept where this is cancelled."""

    async def files(self) -> Sequence[OwnFile]:
        """One's own, by name."""

    async def remove_file(self, name: str) -> None:
        """Delete one of one's own."""

    async def drain_node(self, name: str, *, undo: bool = False) -> None:
        """Let a node take no more questions and end after its last one; with `undo`, use it again."""

    async def close(self) -> None:
        """Give back the connection."""


def new_session_id() -> str:
    """A session id that is taken by no other client."""
    return f"cli-{secrets.token_hex(8)}"


def job_of(record: dict[str, Any]) -> OutsideJob:
    """The row of `ps` that stands in a record."""
    return msgspec.convert(record, OutsideJob)
