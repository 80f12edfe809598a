"""Jobs of a gateway anywhere: the same as through the bus, by the client that others use too."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from aiohttp import ClientTimeout

from bus.contract.catalog import Catalog
from bus.contract.kept.saved import SavedContent, SavedQuestion
from bus.contract.kept.shares import ShareSummary
from bus.contract.vocabulary import Rung, State
from bus.own_files.uploads import pieces_of
from bus.wire.commands import Options
from bus.wire.outside import OutsideJob
from bus.wire.replies import OwnFile, Stats
from deadstop.client import AsyncClient, ClientError
from deadstop.client import Declined as ServerDeclined
from deadstop.client.http import PATIENCE_S, Http, job_path
from ops.client.access import AskRequest, Declined, PastQuestion, WireObject, job_of, new_session_id
from ops.client.timed_events import TimedEvent, untimed_event
from ops.errors import OpsError


class RemoteJobs:
    """The HTTP side of `ops.client.access.JobsAccess`; made in a running loop. `patience_s`: how long a server that was
    reached may be away."""

    def __init__(self, base: str, token: str, patience_s: float = PATIENCE_S) -> None:
        self._token = token
        self._client = AsyncClient(base, token, patience_s=patience_s)

    async def close(self) -> None:
        await self._client.close()

    async def submit(self, query: AskRequest) -> OutsideJob:
        with _for_people():
            job = await self._client.ask(
                query.question,
                agent=query.agent or None,
                conversation_id=query.conversation_id or None,
                clarification=query.user_clarification,
                session_id=new_session_id(),
                max_rows=query.options.max_rows,
                max_runtime_s=query.options.max_runtime_s,
                model=query.options.model or None,
            )
        return job.row

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
        job = job_of(await self.show(last["job_id"]))
        return PastQuestion(job, last["query"], last["agent"], len(shown["jobs"]) == 1)

    async def list(self, *, user: str = "", state: State | None = None, ended: bool = False) -> list[OutsideJob]:
        with _for_people():
            return await self._client.jobs(user=user, state=state or "", ended=ended)

    async def show(self, job_id: str) -> dict[str, Any]:
        return await self._ask("GET", job_path(job_id))

    async def stop(self, job_id: str, *, rung: Rung, note: str = "") -> None:
        wanted = {"reason": note} | ({"now": "1"} if rung is Rung.KILL else {})
        await self._ask("DELETE", job_path(job_id), params=wanted)

    async def catalog(self) -> Catalog | None:
        with _for_people():
            return await self._client.catalog()

    async def figures(self) -> Stats:
        return msgspec.convert(await self._ask("GET", "/api/stats"), Stats)

    async def saved(self) -> Sequence[SavedQuestion]:
        return [_saved(one) for one in (await self._ask("GET", "/api/saved"))["saved"]]

    async def save(self, content: SavedContent) -> SavedQuestion:
        body = msgspec.to_builtins(content)
        return _saved(await self._ask("POST", "/api/saved", json={"query": body.pop("text"), **body}))

    async def fill(self, saved_id: str, values: Mapping[str, str]) -> AskRequest:
        path = f"/api/saved/{quote(saved_id, safe='')}/question"
        filled = await self._ask("POST", path, json={"values": dict(values)})
        return AskRequest(filled["query"], filled["agent"], Options(model=filled["model"]))

    async def share(self, job_ids: Sequence[str], *, public: bool = False) -> ShareSummary:
        made = await self._ask("POST", "/api/shares", json={"job_ids": [*job_ids], "public": public})
        return msgspec.convert(made, ShareSummary)

    async def shares(self) -> Sequence[ShareSummary]:
        return msgspec.convert((await self._ask("GET", "/api/shares"))["shares"], list[ShareSummary])

    async def end_share(self, share_id: str) -> None:
        await self._ask("DELETE", f"/api/shares/{quote(share_id, safe='')}")

    async def give_file(self, file: Path, sent: Callable[[int], None]) -> OwnFile:
        """Sent once, never repeated: after a cut it is unknown whether the server kept it."""
        once = Http(self._client.http.base, self._token, patience_s=0)
        try:
            with _for_people():
                request = {
                    "params": {"name": file.name},
                    "data": pieces_of(file, sent),
                    "timeout": ClientTimeout(sock_connect=10),
                }
                return msgspec.convert((await once.json("POST", "/api/files", **request))["file"], OwnFile)
        finally:
            await once.close()

    async def files(self) -> Sequence[OwnFile]:
        return msgspec.convert((await self._ask("GET", "/api/files"))["files"], list[OwnFile])

    async def remove_file(self, name: str) -> None:
        await self._ask("DELETE", f"/api/files/{quote(name, safe='')}")

    async def drain(self) -> None:
        """Have the server accept no more questions. Operators only."""
        await self._ask("POST", "/api/drain")

    async def drain_node(self, name: str, *, undo: bool = False) -> None:
        await self._ask("DELETE" if undo else "POST", f"/api/nodes/{quote(name, safe='')}/drain")

    async def follow(
        self, job: OutsideJob, after: int = 0, *, present: bool = False
    ) -> AsyncGenerator[WireObject, None]:
        """A broken stream is taken up again where it broke, for some seconds."""
        with _for_people():
            async with aclosing(self._client.http.follow(job.job_id, after)) as items:
                async for item in items:
                    yield item

    async def timed_events(self, job: OutsideJob) -> AsyncGenerator[TimedEvent, None]:
        async with aclosing(self.follow(job)) as items:
            async for item in items:
                yield untimed_event(item)

    async def _ask(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        with _for_people():
            answer: dict[str, Any] = await self._client.http.json(method, path, **arguments)
            return answer


def _saved(one: dict[str, Any]) -> SavedQuestion:
    """A saved question from its JSON, in which its text is called `query`."""
    content = {name: one[name] for name in SavedContent.__struct_fields__ if name in one}
    return msgspec.convert({**one, "content": {**content, "text": one["query"]}}, SavedQuestion)


@contextmanager
def _for_people() -> Iterator[None]:
    """Turn what the HTTP client raises into errors of commands (`Declined`, `OpsError`)."""
    try:
        yield
    except ServerDeclined as error:
        raise Declined(error.code, error.error, error.hint) from error
    except ClientError as error:
        raise OpsError(str(error)) from error
