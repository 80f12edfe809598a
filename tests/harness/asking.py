"""What the tests of the agent share: a supervisor with a model on a local server, and a question's whole stream."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from bus.client import CommandRefused
from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Rung
from bus.wire.commands import Options, ReadCatalog
from bus.wire.replies import CatalogRead
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Recorded, Script
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import Ended, ended
from tests.harness.servers import OPERATOR, Supervisor, eventually, running_supervisor


async def ask(supervisor: Supervisor, question: str, agent: str = "parquet", **fields: Any) -> Ended:
    """Ask, and wait for the end."""
    return await ended(supervisor, await supervisor.submit(question, agent, **fields))


async def until_catalog(supervisor: Supervisor) -> None:
    """Wait until the supervisor has read the data: agents of one's own may need it."""

    async def known() -> bool:
        with suppress(CommandRefused):
            return bool((await supervisor.client.request(ReadCatalog(OPERATOR), CatalogRead)).catalog.tables)
        return False

    await eventually(known, "the catalog was not read")


async def until_answering(supervisor: Supervisor, job_id: str) -> None:
    """Wait for the first words of the job's answer."""
    await supervisor.until_seen(job_id, lambda event: isinstance(event, ResponseChunk) and event.field == "response")


CHATTY = "chatty"
BOTH_WIRES: dict[str, Any] = {"wires": ("messages", "chat"), "chatty": (CHATTY,)}
"""A server of two models: the default one, and one that knows only chat completions."""


@dataclass
class Served:
    """A supervisor and the server of its models; `fields` are those of each question."""

    supervisor: Supervisor
    model: MessagesServer
    fields: dict[str, Any] = field(default_factory=dict)

    async def ask(self, question: str, script: Script | None = None, **fields: Any) -> Ended:
        """Ask with a model that replies as the script says; `requests` are then those of this question alone."""
        return await ended(self.supervisor, await self.submit(question, script, **fields))

    async def submit(self, question: str, script: Script | None = None, **fields: Any) -> str:
        self.direct(script)
        return await self.supervisor.submit(question, **{**self.fields, **fields})

    def direct(self, script: Script | None) -> None:
        self.model.requests.clear()
        if script is not None:
            self.model.script = script

    @property
    def requests(self) -> list[Recorded]:
        return self.model.requests

    def on(self, wire: str) -> "Served":
        """The same with a model of this wire; the supervisor must have been started with `BOTH_WIRES`."""
        return self if wire == "messages" else Served(self.supervisor, self.model, {"options": Options(model=CHATTY)})


@asynccontextmanager
async def serving(
    tmp_path: Path, script: Script, *, wires: Any = ("messages",), chatty: Any = (), **settings: Any
) -> AsyncIterator[Served]:
    """A supervisor whose agents reach a model that replies as the script says; they are the bundled ones, which obey a
    `cancel`. `settings` has __ for dots."""
    async with MessagesServer(script, wires=wires, chatty=chatty) as model:
        dotted = {name.replace("__", "."): value for name, value in settings.items()}
        async with running_supervisor(
            tmp_path, {**ENDING_ON[Rung.CANCEL], "llm.base_url": model.url, **dotted}
        ) as supervisor:
            yield Served(supervisor, model)


def write_parquet(file: Path, sql: str) -> None:
    """The rows of a statement as a Parquet file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({sql}) TO '{file}' (FORMAT parquet)").fetchall()
