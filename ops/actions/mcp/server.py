"""The tools `ask`, `sql`, `describe_data` and `stop`, over standard input and output or over HTTP."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from bus.contract.agents import SQL_AGENT
from bus.contract.catalog import Catalog
from bus.contract.vocabulary import ENDED, Rung
from bus.transport.sockets import BusError
from bus.wire.commands import Options
from ops.actions.conversation import new_conversation_id
from ops.actions.kill import kill_job
from ops.actions.mcp.calls import Answer, Calls
from ops.client.access import AskRequest, JobsAccess, job_of
from ops.client.connect import connect
from ops.errors import OpsError
from ops.target import Target

DEFAULT_ROWS = 100
READ_AGAIN_S = 0.5

MOST_ROWS = 1000
"""More than these stand in no result; the job's files have them."""

INSTRUCTIONS = """Answers questions about tables of data. describe_data says which tables and columns there are,
sql runs one SELECT statement (DuckDB), ask takes a question in words and may ask back. Each call runs in a process of
its own, and cancelling it stops that process for certain."""

_STATEMENT = re.compile(
    r"\s*(--|/\*|\(*\s*(select|with|from|values|table|describe|summarize|show|pivot)\b)", re.IGNORECASE
)
"""Words would be taken for a question, and answered by another statement than the one that was meant."""

Rows = Annotated[int, Field(ge=1, le=MOST_ROWS, description="At most so many rows of the result.")]


class Assistants:
    """The tools over one server. `over_http`: each caller's own token goes on to it."""

    def __init__(self, target: Target, *, over_http: bool) -> None:
        self._target = target
        self._over_http = over_http
        self._calls = Calls()

    def __repr__(self) -> str:
        return f"<Assistants of {self._target.url or 'this machine'}, {len(self._calls.running)} calls>"

    async def ask(
        self,
        question: str,
        ctx: Context[Any, Any],
        conversation_id: str | None = None,
        clarification: str | None = None,
        max_rows: Rows = DEFAULT_ROWS,
    ) -> Answer:
        """Ask a question about the data in plain words. Where the answer has a clarification, ask its original question
        again in its conversation_id with the person's answer as clarification."""
        conversation = conversation_id or new_conversation_id()
        return await self._run(AskRequest(question, "", Options(max_rows=max_rows), conversation, clarification), ctx)

    async def sql(self, statement: str, ctx: Context[Any, Any], max_rows: Rows = DEFAULT_ROWS) -> Answer:
        """Run one SELECT statement over the tables of describe_data, and return its rows."""
        if _STATEMENT.match(statement) is None:
            raise ToolError("this does not begin like a SELECT statement; ask takes questions in words")
        # Whichever agent is the server's first: one of somebody's own may do anything with a statement.
        return await self._run(AskRequest(statement, SQL_AGENT, Options(max_rows=max_rows), new_conversation_id()), ctx)

    async def describe_data(self, ctx: Context[Any, Any]) -> dict[str, Any]:
        """The tables, with their columns, types, values and keys, and what their owner says of them."""
        async with self._jobs(ctx) as jobs:
            waited = 0
            while (catalog := await jobs.catalog()) is None:
                waited += 1
                await ctx.report_progress(waited, None, "the tables are being read")
                await asyncio.sleep(READ_AGAIN_S)
            return _described(catalog)

    async def stop(self, ctx: Context[Any, Any], job_id: str = "") -> list[dict[str, Any]]:
        """Stop a job by its id (or all calls that run here), and wait until none of its processes lives any more."""
        async with self._jobs(ctx) as jobs:
            wanted = (
                [job_of(await jobs.show(job_id))] if job_id else [job_of(await jobs.show(each)) for each in self._own()]
            )
            results = [await kill_job(jobs, job, Rung.CANCEL) for job in wanted if job.state not in ENDED]
            ended = [
                {"job_id": job.job_id, "stopped": False, "words": "had ended before"}
                for job in wanted
                if job.state in ENDED
            ]
            return ended + [{"job_id": one.job_id, "stopped": one.ok, "words": one.sentence} for one in results]

    def _own(self) -> list[str]:
        if self._over_http:
            raise OpsError("which job? Name its job_id: the calls here are of several people")
        return [job.job_id for job in self._calls.running]

    async def _run(self, query: AskRequest, ctx: Context[Any, Any]) -> Answer:
        told = 0

        async def tell(words: str) -> None:
            nonlocal told
            told += 1
            await ctx.report_progress(told, None, words)

        async with self._jobs(ctx) as jobs:
            return await self._calls.answer(jobs, query, tell)

    @asynccontextmanager
    async def _jobs(self, ctx: Context[Any, Any]) -> AsyncIterator[JobsAccess]:
        """The server's jobs, as the caller may see them. What goes wrong is said to the assistant."""
        try:
            target = replace(self._target, token=_bearer(ctx)) if self._over_http else self._target
            async with connect(target) as jobs:
                yield jobs
        except (OpsError, BusError) as error:
            raise ToolError(str(error)) from error


def make_server(target: Target, *, over_http: bool) -> MCPServer[Any]:
    """The server, with its tools."""
    from importlib.metadata import version

    server: MCPServer[Any] = MCPServer(
        "deadstop", instructions=INSTRUCTIONS, version=version("deadstop"), log_level="WARNING"
    )
    assistants = Assistants(target, over_http=over_http)
    for tool in (assistants.ask, assistants.sql, assistants.describe_data, assistants.stop):
        server.add_tool(tool)
    return server


async def serve_http(server: MCPServer[Any], host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve over HTTP until told to end, and `say` where. Raises `OpsError`."""
    import uvicorn

    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise OpsError(f"{host}:{port} cannot be listened on: {error.strerror or error}") from error
    say(f"http://{host}:{listener.getsockname()[1]}/mcp")
    config = uvicorn.Config(server.streamable_http_app(host=host), log_level="warning")
    await uvicorn.Server(config).serve(sockets=[listener])


def _bearer(ctx: Context[Any, Any]) -> str:
    request = ctx.request_context.request
    scheme, _, token = (request.headers.get("Authorization", "") if request is not None else "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise OpsError("not signed in; send the token of a person as `Authorization: Bearer TOKEN`")
    return token.strip()


def _described(catalog: Catalog) -> dict[str, Any]:
    """What an assistant can use of a catalog: no paths, no statements of how files are read."""
    tables = [
        {
            "name": table.name,
            "row_count": table.row_count,
            "columns": [
                {name: value for name, value in msgspec.to_builtins(column).items() if value not in (None, [], False)}
                for column in table.columns
            ],
        }
        for table in catalog.tables
    ]
    said = msgspec.to_builtins(catalog.description)
    return {
        "tables": tables,
        "keys": [f"{key.table}.{key.column} -> {key.ref_table}.{key.ref_column}" for key in catalog.keys],
        "said": {name: value for name, value in said.items() if value},
        "warnings": list(catalog.warnings),
    }
