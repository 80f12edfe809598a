"""Deadstop from a program that has an event loop."""

import secrets
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import quote

import msgspec

from bus.contract.catalog import Catalog
from bus.wire.outside import ENDINGS, CompleteData, ErrorData, KilledData, OutsideJob
from deadstop.client.errors import ClientError, Declined, JobFailed, JobStopped
from deadstop.client.events import Ending, Event, typed
from deadstop.client.http import PATIENCE_S, Http, WireObject, job_path

STOP_TIMEOUT = "stop_timeout"
ALREADY_ENDED = "already_ended"


class Asking(TypedDict, total=False):
    """How a question is asked.

    `agent`: the server's first if none is named. `clarification` answers what the conversation's last job has asked
    back, whose question is asked again with it. A `session_id` of one's own makes a repeat of the same question the
    same job. The limits can only be lowered. `model`: one of those that the server offers, by name.
    """

    agent: str | None
    model: str | None
    conversation_id: str | None
    clarification: str | None
    session_id: str
    max_rows: int | None
    max_runtime_s: float | None


class AsyncClient:
    """A server, at its address: `async with AsyncClient("http://127.0.0.1:8642", token) as client`.

    The token may stand in the address, as `deadstop serve` prints it. Whatever the network does, a question is asked
    once and events come once; a server that was reached and is away for longer than `patience_s` seconds raises
    `Unreachable`, a refusal `Declined`.
    """

    def __init__(self, url: str, token: str = "", *, patience_s: float = PATIENCE_S) -> None:
        self._given = (url, token, patience_s)
        self._http: Http | None = None

    def __repr__(self) -> str:
        return f"<AsyncClient of {self._given[0].partition('?')[0]}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections. Jobs run on."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    @property
    def http(self) -> Http:
        """Its requests, for what has no method here."""
        self._http = self._http or Http(*self._given)
        return self._http

    async def ask(self, question: str, **how: Unpack["Asking"]) -> "AsyncJob":
        """Ask; the job runs until it ends or is stopped, whoever follows it. Raises `Declined` where it is refused."""
        limits = {name: how.get(name) for name in ("max_rows", "max_runtime_s", "model")}
        body = {
            "session_id": how.get("session_id") or f"client-{secrets.token_hex(8)}",
            "query": question,
            "agent": how.get("agent"),
            "conversation_id": how.get("conversation_id"),
            "user_clarification": how.get("clarification"),
            "options": {name: limit for name, limit in limits.items() if limit is not None},
        }
        return self._job(await self.http.json("POST", "/api/jobs", json=body))

    async def job(self, job_id: str) -> "AsyncJob":
        """A job that exists, by its id or an unambiguous beginning of it. Raises `Declined` (`not_found`)."""
        return self._job(await self.http.json("GET", job_path(job_id)))

    async def jobs(self, *, user: str = "", state: str = "", ended: bool = False) -> list[OutsideJob]:
        """Jobs, newest first: those that have not ended, with `ended` all, with `state` those in it."""
        wanted = {"user": user, "state": state, "all": "1" if ended else ""}
        given = {name: text for name, text in wanted.items() if text}
        return msgspec.convert((await self.http.json("GET", "/api/jobs", params=given))["jobs"], list[OutsideJob])

    async def catalog(self) -> Catalog | None:
        """The tables that can be asked about; None while a fresh server is still reading them."""
        answer = await self.http.json("GET", "/api/catalog")
        return None if answer.get("status") == "reading" else msgspec.convert(answer, Catalog)

    def _job(self, record: dict[str, Any]) -> "AsyncJob":
        return AsyncJob(self.http, msgspec.convert(record, OutsideJob))


class AsyncJob:
    """One run of one question. Iterated over, it yields its events from the beginning to its end.

    As a context it does not outlive its block: a job that has not ended there is stopped, and is gone when it is left.
    """

    def __init__(self, http: Http, job: OutsideJob) -> None:
        self._http = http
        self.row = job
        """It as lists show it, when it was asked or looked up."""
        self.id = job.job_id
        self.session_id = job.session_id
        self.conversation_id = job.conversation_id
        self.question = job.query
        self._end: Ending | None = None

    def __repr__(self) -> str:
        return f"<AsyncJob {self.id} {self.question[:40]!r}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._end is None:
            await self.stop()

    def __aiter__(self) -> AsyncGenerator[Event, None]:
        return self.events()

    async def events(self, after: int = 0) -> AsyncGenerator[Event, None]:
        """Its events from number `after + 1` on, each once, to its end, whatever cuts the connection."""
        async with aclosing(self.batches(after)) as batches:
            async for events in batches:
                for event in events:
                    yield event

    async def batches(self, after: int = 0) -> AsyncGenerator[list[Event], None]:
        """As `events`, those together that have come together."""
        async with aclosing(self._http.batches(self.id, after)) as batches:
            async for items in batches:
                yield [self._noted(item) for item in items]

    async def end(self) -> Ending:
        """Wait for its end, whatever it is."""
        return await self._end_after(0)

    async def result(self) -> CompleteData:
        """Wait for its end, and return it if the job did what it was asked. Raises `JobFailed`, `JobStopped`."""
        match end := await self.end():
            case ErrorData():
                raise JobFailed(end)
            case KilledData():
                raise JobStopped(end)
            case CompleteData():
                return end

    async def stop(self, *, now: bool = False, reason: str = "") -> Ending:
        """Stop it, and wait until none of its processes lives any more; returns the event that says so (or that it had
        ended by itself before). `now` begins with SIGKILL; `reason` is for the record."""
        wanted = {"reason": reason} if reason else {}
        if now:
            wanted["now"] = "1"
        try:
            await self._http.json("DELETE", job_path(self.id), params=wanted)
        except Declined as error:
            if error.code not in (ALREADY_ENDED, STOP_TIMEOUT):  # then the stream has the proof, or will have it
                raise
        return await self._end_after(max(0, int((await self.record())["seq"]) - 1))

    async def record(self) -> dict[str, Any]:
        """What is kept about it beside its stream: moves, rungs, exit, stack, usage."""
        record: dict[str, Any] = await self._http.json("GET", job_path(self.id))
        return record

    async def download(self, kind: str = "parquet") -> bytes:
        """Its whole result as `json`, `csv` or `parquet`, once it has ended. Raises `Declined` (`no_rows`)."""
        return await self._http.read("GET", f"{job_path(self.id)}/result.{quote(kind, safe='')}")

    async def save(self, path: str | Path) -> None:
        """As `download`, into a file whose name says the kind."""
        path = Path(path)
        path.write_bytes(await self.download(path.suffix.removeprefix(".")))

    def _noted(self, item: WireObject) -> Event:
        event = typed(item)
        if item["event"] in ENDINGS and isinstance(event, CompleteData | ErrorData | KilledData):
            self._end = event
        return event

    async def _end_after(self, seq: int) -> Ending:
        async with aclosing(self.batches(seq)) as batches:
            async for _ in batches:
                pass
        if self._end is None:
            raise ClientError(f"the stream of job {self.id} has no end that this version understands")
        return self._end
