"""What the tests of the agent share: a supervisor with a model on a local server, and a question's whole stream."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bus.commands import JobRecord
from bus.events import Completed, Ending, Failed, JobEvent, Killed, ResponseChunk, Result, Sql, Status, Warn
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Recorded, Script
from tests.servers import Supervisor, running_supervisor


@dataclass(frozen=True)
class Asked:
    """A question that has been answered, or not: its whole stream and its record."""

    events: list[JobEvent]
    record: JobRecord

    @property
    def last(self) -> Ending:
        last = self.events[-1]
        assert isinstance(last, Completed | Failed | Killed)
        return last

    @property
    def result(self) -> Result:
        assert isinstance(self.last, Completed), self.last
        return self.last.result

    @property
    def failed(self) -> Failed:
        assert isinstance(self.last, Failed), self.last
        return self.last

    @property
    def rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = self.result.final_output["raw_table"]["rows"]
        return rows

    @property
    def response(self) -> str:
        return self._text("response")

    @property
    def monitor(self) -> str:
        return self._text("prompt_monitor")

    @property
    def statuses(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Status)]

    @property
    def warnings(self) -> list[str]:
        return [event.message for event in self.events if isinstance(event, Warn)]

    @property
    def statements(self) -> list[str]:
        return [event.sql for event in self.events if isinstance(event, Sql)]

    @property
    def started_at(self) -> float:
        """When the job was given to its worker, in seconds of `time.monotonic()`."""
        assert self.record.summary.started_at is not None
        return self.record.summary.started_at - time.time() + time.monotonic()

    def _text(self, field: str) -> str:
        return "".join(
            event.chunk for event in self.events if isinstance(event, ResponseChunk) and event.field == field
        )


async def asked(supervisor: Supervisor, job_id: str) -> Asked:
    """The job's whole stream, once it has ended."""
    events = [event for _, event in await supervisor.events(job_id)]
    return Asked(events, await supervisor.record(job_id))


async def ask(supervisor: Supervisor, question: str, agent: str = "parquet", **fields: Any) -> Asked:
    """Ask, and wait for the end."""
    return await asked(supervisor, await supervisor.submit(question, agent, **fields))


async def until(supervisor: Supervisor, job_id: str, seen: Callable[[JobEvent], bool]) -> None:
    """Wait until this event of the job has come."""
    async with aclosing(supervisor.client.follow(job_id)) as batches:
        async for batch, skip in batches:
            if any(seen(event) for _, event in batch.events(skip)):
                return
    raise AssertionError(f"job {job_id} ended before that")


async def until_answering(supervisor: Supervisor, job_id: str) -> None:
    """Wait for the first words of the job's answer."""
    await until(supervisor, job_id, lambda event: isinstance(event, ResponseChunk) and event.field == "response")


@dataclass
class Served:
    """A supervisor and the server of its model."""

    supervisor: Supervisor
    model: MessagesServer

    async def ask(self, question: str, script: Script | None = None, **fields: Any) -> Asked:
        """Ask with a model that replies as the script says; `requests` are then those of this question alone."""
        self.direct(script)
        return await ask(self.supervisor, question, **fields)

    async def submit(self, question: str, script: Script | None = None, **fields: Any) -> str:
        self.direct(script)
        return await self.supervisor.submit(question, **fields)

    def direct(self, script: Script | None) -> None:
        self.model.requests.clear()
        if script is not None:
            self.model.script = script

    @property
    def requests(self) -> list[Recorded]:
        return self.model.requests


@asynccontextmanager
async def serving(tmp_path: Path, script: Script, **settings: Any) -> AsyncIterator[Served]:
    """A supervisor whose agents reach a model that replies as the script says. `settings` has __ for dots."""
    async with MessagesServer(script) as model:
        dotted = {name.replace("__", "."): value for name, value in settings.items()}
        async with running_supervisor(tmp_path, {"llm.base_url": model.url, **dotted}) as supervisor:
            yield Served(supervisor, model)


def write_parquet(file: Path, sql: str) -> None:
    """The rows of a statement as a Parquet file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)").fetchall()
