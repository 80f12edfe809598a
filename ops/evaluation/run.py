"""Asks the questions: each a job of a supervisor of its own, so that a runaway is stopped like any other."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from bus.contract.agents import SQL_AGENT
from bus.contract.models import has_model
from bus.contract.settings import Settings
from bus.transport.sockets import BusError
from bus.wire.commands import Options
from bus.wire.outside import ENDINGS
from ops.client.access import AskRequest, Declined
from ops.client.over_bus import LocalJobs
from ops.errors import EXIT_USAGE, OpsError
from ops.evaluation.comparing import Rows
from ops.evaluation.judging import Answered, JudgedQuestion, judge
from ops.evaluation.questions import NumberedQuestion
from ops.render.result_text import StreamResult
from ops.serve.ephemeral import temporary_server
from ops.target import read_settings

LEAST_ROWS = 1_000
"""A result is taken up to one row more than is expected, and at least so far."""

Tell = Callable[[JudgedQuestion], None]
Enough = Callable[[], bool]


@dataclass(frozen=True)
class EvaluationPlan:
    """What is asked: each question `runs` times of each of the `models` (None: the one of the settings), `at_once`
    jobs side by side."""

    questions: list[NumberedQuestion]
    data: Path | None
    models: tuple[str | None, ...] = (None,)
    runs: int = 1
    at_once: int = 2
    config: Path | None = None

    @property
    def size(self) -> int:
        return len(self.questions) * len(self.models) * self.runs


async def evaluate(plan: EvaluationPlan, tell: Tell, enough: Enough) -> None:
    """Ask them all, and `tell` each outcome as it comes; once it is `enough` nothing more is asked, and what is under
    way is waited for. Raises `OpsError` where the data or a server are missing."""
    by_database = sorted(plan.questions, key=lambda asked: asked.question.database)
    groups = [(name, list(some)) for name, some in groupby(by_database, lambda asked: asked.question.database)]
    folders = {name: _folder(plan.data, name) for name, _ in groups}
    for name, some in groups:
        known: dict[int, Rows | None] = {}
        for model in plan.models:
            if enough():
                return
            async with _server(plan, folders[name], model) as (jobs, settings):
                await _Asking(jobs, model or model_name(settings), plan, known, tell, enough).all(some)


def model_name(settings: Settings) -> str:
    """What answers with these settings: the model's name, or the offline planner."""
    llm = settings.llm
    return llm.model if has_model(llm, os.environ) else "offline"


def _folder(data: Path | None, database: str) -> str | None:
    if data is None:
        if database:
            raise OpsError(f"a question names the database {database!r}; say with --data where it lies", EXIT_USAGE)
        return None
    folder = data / database
    if not folder.is_dir():
        raise OpsError(f"{folder} is no folder; --data and `database` name one of data", EXIT_USAGE)
    return str(folder)


@asynccontextmanager
async def _server(
    plan: EvaluationPlan, folder: str | None, model: str | None
) -> AsyncIterator[tuple[LocalJobs, Settings]]:
    chosen = {} if model is None else {"llm.model": model}
    settings = read_settings(plan.config, {"data.folder": folder, **chosen})
    running = {"limits.max_running": plan.at_once, "limits.max_running_per_user": plan.at_once}
    more = {**chosen, **running, "worker.warm_workers": plan.at_once}
    async with temporary_server(plan.config, settings, more) as server:
        await server.start()
        jobs = LocalJobs(server.state_dir, patience_s=0)
        try:
            yield jobs, settings
        finally:
            await jobs.close()


@dataclass
class _Asking:
    """The questions of one folder of data, asked of one model. `known` has the right rows by the question's line, None
    where they cannot be known."""

    jobs: LocalJobs
    model: str
    plan: EvaluationPlan
    known: dict[int, Rows | None]
    tell: Tell
    enough: Enough

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.plan.at_once)

    async def all(self, questions: list[NumberedQuestion]) -> None:
        await _together(self._learn(asked) for asked in questions if asked.line not in self.known)
        runs = range(1, self.plan.runs + 1)
        await _together(self._ask(asked, run) for run in runs for asked in questions)

    async def _learn(self, asked: NumberedQuestion) -> None:
        """The rows that are right: given, or those of the question's own statement."""
        question = asked.question
        self.known[asked.line] = question.rows
        if question.rows is None and question.sql:
            async with self._room:
                answered = await _answer(self.jobs, AskRequest(question.sql, SQL_AGENT))
            if answered.end["event"] == "agent_complete":
                self.known[asked.line] = answered.result.rows

    async def _ask(self, asked: NumberedQuestion, run: int) -> None:
        expected = self.known[asked.line]
        most = max(LEAST_ROWS, len(expected or ()) + 1)
        async with self._room:
            if self.enough():
                return
            answered = await _answer(self.jobs, AskRequest(asked.question.question, options=Options(max_rows=most)))
            self.tell(judge(asked, self.model, run, expected, answered))


async def _together(works: Iterable[Coroutine[object, object, None]]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except* (OpsError, BusError) as errors:
        raise errors.exceptions[0] from None


async def _answer(jobs: LocalJobs, query: AskRequest) -> Answered:
    """The job's result and its end; a question that is not taken ends at once."""
    began, result = time.monotonic(), StreamResult()
    try:
        job = await jobs.submit(query)
    except Declined as error:
        refused = {"event": "agent_error", "data": {"error": str(error), "code": error.code}}
        return Answered(result, refused, time.monotonic() - began, {})
    async for item in jobs.follow(job, present=True):
        result.take(item)
        if item["event"] in ENDINGS:
            took_s = time.monotonic() - began
            return Answered(result, item, took_s, (await jobs.show(job.job_id))["usage"])
    raise OpsError(f"the stream of job {job.job_id} ended without an end")
