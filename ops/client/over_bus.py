"""Jobs of this machine, through the bus: a process that can read the bus key acts as an operator."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bus.address import state_folder
from bus.client import BusClient, CommandRefused
from bus.contract.catalog import Catalog
from bus.contract.kept.saved import SavedContent, SavedQuestion
from bus.contract.kept.shares import ShareSummary
from bus.contract.vocabulary import Role, Rung, State
from bus.own_files.names import own_files_folder
from bus.own_files.uploads import Upload, pieces_of
from bus.transport.sockets import BusError
from bus.wire.batch import Batch
from bus.wire.commands import (
    AddFile,
    AnyCommand,
    Caller,
    CreateShare,
    Drain,
    DrainNode,
    EndShare,
    FillSaved,
    ListConversations,
    ListFiles,
    ListJobs,
    ListSaved,
    ListShares,
    Options,
    ReadCatalog,
    ReadStats,
    RemoveFile,
    RollUp,
    SaveQuestion,
    Show,
    ShowConversation,
    Stop,
    Submit,
)
from bus.wire.outside import ENDINGS, OutsideJob, outside_events, outside_job, outside_record
from bus.wire.replies import (
    CATALOG_READING,
    UNREADABLE_FILE,
    AnyReply,
    CatalogRead,
    Changed,
    Conversations,
    ConversationShown,
    FileTaken,
    Filled,
    Jobs,
    JobShown,
    OwnFile,
    OwnFiles,
    QuestionSaved,
    SavedQuestions,
    ShareCreated,
    Shares,
    Stats,
    StopTaken,
    Submitted,
)
from ops.client.access import AskRequest, Declined, PastQuestion, WireObject, declined, new_session_id
from ops.client.served import served_address
from ops.client.timed_events import TimedEvent, logged_events
from ops.target import login_name

R = TypeVar("R", bound=AnyReply)

Batches = AsyncGenerator[tuple[Batch, int], None]

ANSWER_WITHIN_S = 10.0
LOOK_EVERY_S = 1.0
COMES_BACK_WITHIN_S = 30.0
"""How long a command that follows a job waits for a supervisor that is away; `serve` starts it again within seconds."""


class LocalJobs:
    """The jobs of the server on this machine, reached through the bus: implements `ops.client.access.JobsAccess`."""

    def __init__(self, state_dir: Path, patience_s: float = COMES_BACK_WITHIN_S) -> None:
        self._state_dir = state_dir
        self._patience_s = patience_s
        self._bus = BusClient.connect(state_dir)
        self._caller = Caller(login_name(), Role.OPERATOR)

    @classmethod
    def open(cls, state_dir: str) -> "LocalJobs":
        """Connect to the supervisor of this state folder. Raises `BusError` when none runs there."""
        folder = state_folder(state_dir)
        if served_address(folder) is None:
            raise BusError(f"no supervisor runs for {folder}; start `deadstop serve`, or name a server with --url")
        return cls(folder)

    async def close(self) -> None:
        self._bus.close()

    async def submit(self, query: AskRequest) -> OutsideJob:
        command = Submit(
            self._caller,
            new_session_id(),
            query.question,
            agent=query.agent,
            conversation_id=query.conversation_id,
            user_clarification=query.user_clarification,
            attached=True,
            options=query.options,
        )
        return outside_job((await self._request(command, Submitted)).job)

    async def latest_conversation(self) -> str | None:
        found = (await self._request(ListConversations(self._caller, limit=1), Conversations)).conversations
        return found[0].conversation_id if found else None

    async def last_question(self, conversation_id: str) -> PastQuestion | None:
        try:
            shown = await self._request(ShowConversation(self._caller, conversation_id), ConversationShown)
        except Declined as error:
            if error.code == "not_found":
                return None
            raise
        last = shown.turns[-1]
        record = await self._request(Show(self._caller, job_id=last.job_id), JobShown)
        return PastQuestion(outside_job(record.record.summary), last.question, last.agent, len(shown.turns) == 1)

    async def list(self, *, user: str = "", state: State | None = None, ended: bool = False) -> list[OutsideJob]:
        found = await self._request(ListJobs(self._caller, state=state, user=user, ended=ended), Jobs)
        return [outside_job(summary) for summary in found.jobs]

    async def show(self, job_id: str) -> dict[str, Any]:
        shown = await self._request(Show(self._caller, job_id=job_id), JobShown)
        record: dict[str, Any] = msgspec.to_builtins(outside_record(shown.record))
        return record

    async def stop(self, job_id: str, *, rung: Rung, note: str = "") -> None:
        await self._request(Stop(self._caller, job_id=job_id, note=note, rung=rung), StopTaken)

    async def roll_up(self) -> tuple[OutsideJob, bool]:
        """The job that takes ended jobs into the history, and whether it was begun for us, so that it takes all."""
        submitted = await self._request(RollUp(self._caller), Submitted)
        return outside_job(submitted.job), not submitted.attached_to_existing

    async def read_catalog(self) -> Catalog:
        """The tables that can be asked about, once they have been read."""
        return (await self._request(ReadCatalog(self._caller), CatalogRead)).catalog

    async def catalog(self) -> Catalog | None:
        try:
            return await self.read_catalog()
        except Declined as error:
            if error.code == CATALOG_READING:
                return None
            raise

    async def figures(self, timeout_s: float = ANSWER_WITHIN_S) -> Stats:
        return await self._request(ReadStats(self._caller), Stats, timeout_s)

    async def saved(self) -> Sequence[SavedQuestion]:
        return (await self._request(ListSaved(self._caller), SavedQuestions)).saved

    async def save(self, content: SavedContent) -> SavedQuestion:
        return (await self._request(SaveQuestion(self._caller, content), QuestionSaved)).saved

    async def fill(self, saved_id: str, values: Mapping[str, str]) -> AskRequest:
        filled = await self._request(FillSaved(self._caller, saved_id, dict(values)), Filled)
        return AskRequest(filled.question, filled.agent, Options(model=filled.model))

    async def share(self, job_ids: Sequence[str], *, public: bool = False) -> ShareSummary:
        return (await self._request(CreateShare(self._caller, [*job_ids], public), ShareCreated)).share

    async def shares(self) -> Sequence[ShareSummary]:
        return (await self._request(ListShares(self._caller), Shares)).shares

    async def end_share(self, share_id: str) -> None:
        await self._request(EndShare(self._caller, share_id), Changed)

    async def give_file(self, file: Path, sent: Callable[[int], None]) -> OwnFile:
        with closing(Upload(own_files_folder(str(self._state_dir)))) as upload:
            async for piece in pieces_of(file, sent):
                upload.write(piece)
            upload.finish()
            taken = await self._request(AddFile(self._caller, file.name, upload.name), FileTaken)
        try:
            return await self._read(taken)
        except asyncio.CancelledError:
            await self.remove_file(taken.name)
            raise

    async def _read(self, taken: FileTaken) -> OwnFile:
        """Once the job has ended that finds out whether the file can be read."""
        async for item in self.follow(outside_job(taken.job)):
            if item["event"] in ENDINGS and item["event"] != "agent_complete":
                data = item["data"]
                raise Declined(UNREADABLE_FILE, data.get("error") or f"{taken.name} was not read", data.get("hint", ""))
        return next(kept for kept in await self.files() if kept.name == taken.name)

    async def files(self) -> Sequence[OwnFile]:
        return (await self._request(ListFiles(self._caller), OwnFiles)).files

    async def remove_file(self, name: str) -> None:
        await self._request(RemoveFile(self._caller, name), Changed)

    async def drain(self) -> None:
        """No more questions are accepted from here on; the supervisor ends when the last job has."""
        await self._request(Drain(self._caller), Stats)

    async def drain_node(self, name: str, *, undo: bool = False) -> None:
        await self._request(DrainNode(self._caller, name, undo), Stats)

    async def follow(self, job: OutsideJob, after: int = 0, *, present: bool = False) -> AsyncIterator[WireObject]:
        async with aclosing(self._batches(job, after, present=present)) as batches:
            async for batch, skip in batches:
                for item in outside_events(batch, job.session_id, skip):
                    yield msgspec.to_builtins(item)

    async def timed_events(self, job: OutsideJob) -> AsyncGenerator[TimedEvent, None]:
        async with aclosing(self._batches(job)) as batches:
            async for batch, skip in batches:
                for event in logged_events(batch, job.session_id, skip):
                    yield event

    async def _batches(self, job: OutsideJob, after: int = 0, *, present: bool = False) -> Batches:
        async with aclosing(self._bus.follow(job.job_id, after, present=present)) as batches:
            while (found := await self._next(batches)) is not None:
                yield found

    async def _next(self, batches: Batches) -> tuple[Batch, int] | None:
        """The next batch, None after the last. Raises `BusError` when the supervisor has gone and stays away."""
        coming = asyncio.ensure_future(anext(batches, None))
        try:
            gone_s = 0.0
            while not (await asyncio.wait({coming}, timeout=LOOK_EVERY_S))[0]:
                gone_s = 0.0 if served_address(self._state_dir) else gone_s + LOOK_EVERY_S
                if gone_s:
                    self._bus.read_on()  # after a drain the log has the rest
                if gone_s > self._patience_s:
                    raise BusError(f"the supervisor of {self._state_dir} has gone; its next start settles the job")
            return coming.result()
        finally:
            if not coming.done():  # the generator must not be closed while it runs
                coming.cancel()
                await asyncio.wait({coming})

    async def _request(self, command: AnyCommand, expect: type[R], timeout_s: float = ANSWER_WITHIN_S) -> R:
        try:
            return await self._bus.request(command, expect, timeout_s)
        except CommandRefused as error:
            raise declined(error.refused) from error
