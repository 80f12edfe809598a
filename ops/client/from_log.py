"""Jobs of a state folder without a running server: read from its log, read-only."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from bus.contract.catalog import Catalog
from bus.contract.kept.saved import SavedContent, SavedQuestion
from bus.contract.kept.shares import ShareSummary
from bus.contract.vocabulary import ENDED, Rung, State
from bus.log import LogReader
from bus.transport.delivery import Cursor
from bus.transport.sockets import BusError
from bus.wire.batch import Batch
from bus.wire.job_prefix import meant_by
from bus.wire.job_record import JobRecord
from bus.wire.outside import OutsideJob, outside_events, outside_job, outside_record
from bus.wire.replies import OwnFile, Refused, Stats
from ops.client.access import AskRequest, PastQuestion, WireObject, declined
from ops.client.timed_events import TimedEvent, logged_events
from ops.errors import OpsError

LISTED = 1000


class LoggedJobs:
    """The log's side of `ops.client.access.JobsAccess`: whatever needs a supervisor raises `BusError`."""

    def __init__(self, state_dir: Path, log: Path) -> None:
        self._state_dir = state_dir
        self._log = LogReader(log)

    async def close(self) -> None:
        self._log.close()

    async def list(self, *, user: str = "", state: State | None = None, ended: bool = False) -> list[OutsideJob]:
        jobs = [outside_job(record.summary) for record in self._log.records(LISTED)]
        wanted = [job for job in jobs if user in ("", job.user) and (state is None or job.state is state)]
        return wanted if ended else [job for job in wanted if job.state not in ENDED]

    async def show(self, job_id: str) -> dict[str, Any]:
        record: dict[str, Any] = msgspec.to_builtins(outside_record(self._find(job_id)))
        return record

    async def follow(self, job: OutsideJob, after: int = 0, *, present: bool = False) -> AsyncIterator[WireObject]:
        for batch, skip in self._batches(job, after):
            for item in outside_events(batch, job.session_id, skip):
                yield msgspec.to_builtins(item)

    async def timed_events(self, job: OutsideJob) -> AsyncGenerator[TimedEvent, None]:
        for batch, skip in self._batches(job):
            for event in logged_events(batch, job.session_id, skip):
                yield event

    def _batches(self, job: OutsideJob, after: int = 0) -> Iterator[tuple[Batch, int]]:
        cursor = Cursor(after)
        while batches := self._log.read(job.job_id, cursor.after):
            for batch in batches:
                _, skip = cursor.judge(batch.first, batch.last)
                yield batch, skip
                if batch.final:
                    return
        if self._log.final(job.job_id) is None:
            raise OpsError(f"the log of job {job.job_id} has no end; the next start of a supervisor settles it")

    async def submit(self, query: AskRequest) -> OutsideJob:
        self._no_supervisor()

    async def latest_conversation(self) -> str | None:
        self._no_supervisor()

    async def last_question(self, conversation_id: str) -> PastQuestion | None:
        self._no_supervisor()

    async def stop(self, job_id: str, *, rung: Rung, note: str = "") -> None:
        self._no_supervisor()

    async def catalog(self) -> Catalog | None:
        self._no_supervisor()

    async def figures(self) -> Stats:
        self._no_supervisor()

    async def saved(self) -> Sequence[SavedQuestion]:
        self._no_supervisor()

    async def save(self, content: SavedContent) -> SavedQuestion:
        self._no_supervisor()

    async def fill(self, saved_id: str, values: Mapping[str, str]) -> AskRequest:
        self._no_supervisor()

    async def share(self, job_ids: Sequence[str], *, public: bool = False) -> ShareSummary:
        self._no_supervisor()

    async def shares(self) -> Sequence[ShareSummary]:
        self._no_supervisor()

    async def end_share(self, share_id: str) -> None:
        self._no_supervisor()

    async def give_file(self, file: Path, sent: Callable[[int], None]) -> OwnFile:
        self._no_supervisor()

    async def files(self) -> Sequence[OwnFile]:
        self._no_supervisor()

    async def remove_file(self, name: str) -> None:
        self._no_supervisor()

    async def drain_node(self, name: str, *, undo: bool = False) -> None:
        self._no_supervisor()

    def _find(self, prefix: str) -> JobRecord:
        found = meant_by(prefix, self._log.record(prefix) if prefix else [])
        if isinstance(found, Refused):
            raise declined(found)
        return found

    def _no_supervisor(self) -> NoReturn:
        raise BusError(f"no supervisor runs for {self._state_dir}; start `deadstop serve`")
