"""One tool call as one job: followed to its end, and stopped with proof when the call is cancelled."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypedDict

import anyio

from bus.contract.vocabulary import Rung
from bus.wire.outside import ENDINGS, OutsideJob
from ops.actions.kill import kill_job
from ops.client.access import AskRequest, JobsAccess, WireObject
from ops.errors import OpsError
from ops.render.sentences import chunk_sentence, ended_sentence

Tell = Callable[[str], Awaitable[None]]

CANCELLED = "the assistant has cancelled its call"
_TOLD = frozenset({"status", "node", "progress", "tool", "queue", "stopping", "warning"})


class Answer(TypedDict):
    """What a question has come to. `clarification` is set where it was asked back: ask again in the conversation, with
    the answer as `clarification`."""

    job_id: str
    conversation_id: str
    answer: str
    statements: list[str]
    columns: list[dict[str, str]]
    rows: list[list[Any]]
    row_count: int
    truncated: bool
    warnings: list[str]
    clarification: dict[str, Any] | None


class Calls:
    """The calls that are under way, by their jobs."""

    def __init__(self) -> None:
        self._running: dict[str, OutsideJob] = {}

    @property
    def running(self) -> list[OutsideJob]:
        return list(self._running.values())

    async def answer(self, jobs: JobsAccess, query: AskRequest, tell: Tell) -> Answer:
        """Ask, `tell` what is going on, and return the answer. Raises `OpsError`. Cancelled, it returns only when none
        of the job's processes lives any more."""
        with anyio.CancelScope(shield=True):  # else it might run, and nobody would know its name
            job = await jobs.submit(query)
        self._running[job.job_id] = job
        items: list[WireObject] = []
        try:
            await tell(f"job {job.job_id}")
            await _follow(jobs, job, items, tell)
        finally:
            if not items or items[-1]["event"] not in ENDINGS:
                with anyio.CancelScope(shield=True):
                    await kill_job(jobs, job, Rung.CANCEL, CANCELLED)
            del self._running[job.job_id]
        return _answer(job, items)


async def _follow(jobs: JobsAccess, job: OutsideJob, items: list[WireObject], tell: Tell) -> None:
    async with aclosing(jobs.follow(job, present=True)) as stream:  # type: ignore[type-var]
        async for item in stream:
            chunk = item["data"].get("chunk", {"type": ""})
            if chunk["type"] not in ("response_chunk", "table_rows"):  # the end holds them
                items.append(item)
            if chunk["type"] in _TOLD:
                await tell(chunk_sentence(chunk))


def _answer(job: OutsideJob, items: list[WireObject]) -> Answer:
    end = items[-1]
    if end["event"] != "agent_complete":
        raise OpsError(f"job {job.job_id} {ended_sentence(end['event'], end['data'])}")
    result = end["data"]["result"]
    output = result["final_output"]
    table = output.get("raw_table") or {"columns": [], "rows": [], "row_count": 0, "truncated": False}
    chunks = [item["data"]["chunk"] for item in items if item["event"] == "agent_chunk"]
    return Answer(
        job_id=job.job_id,
        conversation_id=job.conversation_id,
        answer=output.get("response") or "",
        statements=[chunk["sql"] for chunk in chunks if chunk["type"] == "sql"],
        warnings=[chunk["message"] for chunk in chunks if chunk["type"] == "warning"],
        clarification=result.get("clarification"),
        columns=table["columns"],
        rows=table["rows"],
        row_count=table["row_count"],
        truncated=table["truncated"],
    )
