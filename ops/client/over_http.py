"""Jobs of a gateway anywhere: the same as through the bus, over HTTP and server-sent events."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from bus.contract.vocabulary import Rung, State
from bus.wire.commands import Stats
from bus.wire.outside import ENDINGS, OutsideJob
from ops.client.access import Declined, PastQuestion, Query, Wire, job_of, new_session_id
from ops.client.timed_events import TimedEvent, untimed_event
from ops.errors import OpsError

CONNECT_TIMEOUT_S = 10.0
SILENCE_TIMEOUT_S = 45.0
"""A gateway says something at least every 15 s on a stream, and answers a stop after 30 s at the latest."""

MAX_TRIES = 8
FIRST_WAIT_S = 0.2
MAX_WAIT_S = 3.0
MAX_LINE_BYTES = 16 * 1024 * 1024

_DATA = b"data: "


class RemoteJobs:
    """The HTTP side of `ops.client.access.JobsAccess`; made in a running loop."""

    def __init__(self, base: str, token: str) -> None:
        self._base = base
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_S, sock_read=SILENCE_TIMEOUT_S),
            read_bufsize=MAX_LINE_BYTES,
        )

    async def close(self) -> None:
        await self._http.close()

    async def submit(self, query: Query) -> OutsideJob:
        given = {"max_rows": query.options.max_rows, "model": query.options.model or None}
        limits = {name: value for name, value in given.items() if value is not None}
        body: dict[str, Any] = {
            "query": query.question,
            "session_id": new_session_id(),
            "agent": query.agent,
            "options": limits,
        }
        body["conversation_id"] = query.conversation_id or None
        body["user_clarification"] = query.user_clarification
        return job_of(await self._ask("POST", "/api/jobs", json=body))

    async def latest_conversation(self) -> str | None:
        found = (await self._ask("GET", "/api/conversations", params={"limit": "1"}))["conversations"]
        return str(found[0]["conversation_id"]) if found else None

    async def last_question(self, conversation_id: str) -> PastQuestion | None:
        try:
            shown = await self._ask("GET", f"/api/conversations/{quote(conversation_id, safe='')}")
        except Declined as error:
            if error.code == "not_found":
                return None
            raise
        last = shown["jobs"][-1]
        return PastQuestion(job_of(await self.show(last["job_id"])), last["query"], last["agent"])

    async def list(self, *, user: str = "", state: State | None = None, ended: bool = False) -> list[OutsideJob]:
        wanted = {"user": user, "state": state or "", "all": "1" if ended else ""}
        answer = await self._ask("GET", "/api/jobs", params={name: text for name, text in wanted.items() if text})
        return msgspec.convert(answer["jobs"], list[OutsideJob])

    async def show(self, job_id: str) -> dict[str, Any]:
        return await self._ask("GET", _path(job_id))

    async def stop(self, job_id: str, *, rung: Rung, note: str = "") -> None:
        wanted = {"reason": note} | ({"now": "1"} if rung is Rung.KILL else {})
        await self._ask("DELETE", _path(job_id), params=wanted)

    async def figures(self) -> Stats:
        return msgspec.convert(await self._ask("GET", "/api/stats"), Stats)

    async def drain(self) -> None:
        """As `ops.client.over_bus.LocalJobs.drain`; for operators."""
        await self._ask("POST", "/api/drain")

    async def follow(self, job: OutsideJob, after: int = 0, *, present: bool = False) -> AsyncGenerator[Wire, None]:
        """A broken stream is taken up again where it broke, for some seconds."""
        tries = 0
        while True:
            try:
                async for item in self._events(job.job_id, after):
                    after, tries = item["data"]["seq"], 0
                    yield item
                    if item["event"] in ENDINGS:
                        return
            except aiohttp.ClientError as error:
                if tries >= MAX_TRIES:
                    raise self._unreachable(error) from error
            tries += 1
            if tries > MAX_TRIES:
                raise OpsError(f"{self._base}: the stream of job {job.job_id} has no end")
            await asyncio.sleep(min(MAX_WAIT_S, FIRST_WAIT_S * 2**tries))

    async def timed_events(self, job: OutsideJob) -> AsyncGenerator[TimedEvent, None]:
        async with aclosing(self.follow(job)) as items:
            async for item in items:
                yield untimed_event(item)

    async def _events(self, job_id: str, after: int) -> AsyncIterator[Wire]:
        headers = {"Last-Event-ID": str(after)}
        async with self._request("GET", _path(job_id) + "/events", headers=headers) as response:
            async for line in response.content:
                if line.startswith(_DATA):
                    yield msgspec.json.decode(line[len(_DATA) :])

    async def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        try:
            async with self._request(method, path, **arguments) as response:
                answer: dict[str, Any] = msgspec.json.decode(await response.read())
                return answer
        except (aiohttp.ClientError, TimeoutError) as error:
            raise self._unreachable(error) from error
        except msgspec.DecodeError as error:
            raise OpsError(f"{self._base} does not answer like Deadstop; is the address right?") from error

    @asynccontextmanager
    async def _request(self, method: str, path: str, **arguments: Any) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer that is not an error. Raises `Declined` for one that is."""
        async with self._http.request(method, self._base + path, **arguments) as response:
            if response.status >= 400:
                raise _declined(response.status, await response.read())
            yield response

    def _unreachable(self, error: Exception) -> OpsError:
        return OpsError(f"{self._base} cannot be reached ({_why(error)}); does it serve there?")


def _why(error: Exception) -> str:
    """The system's own words where there are any: those of the HTTP client tell of its options too."""
    if isinstance(error, aiohttp.ClientConnectorError):
        cause = error.os_error
        number = cause.errno or 0
        # A name that is not known has a number of another kind.
        return os.strerror(number) if number > 0 else str(cause.strerror or cause)
    return str(error) or type(error).__name__


def _path(job_id: str) -> str:
    return f"/api/jobs/{quote(job_id, safe='')}"


def _declined(status: int, body: bytes) -> Declined:
    try:
        said = msgspec.json.decode(body)
        return Declined(said["code"], said["error"], said.get("hint", ""))
    except (msgspec.DecodeError, KeyError, TypeError):
        return Declined(f"http_{status}", f"the server answered HTTP {status}", "is the address right?")
