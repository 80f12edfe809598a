"""What any agent may use of ours: SQL over the data, and the configured model. Made when first wanted."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from agent_worker.agents.backends import engine_settings, hold_to, make_model, model_failures
from agent_worker.agents.catalog.current import current_catalog
from agent_worker.context import AgentContext, AgentError, ModelMessage, SqlError
from agent_worker.engine.core import Engine, ResultEnd
from agent_worker.engine.errors import EngineError
from agent_worker.engine.guard import StatementRefused
from agent_worker.llm.prompts.requests import Prompt
from bus.contract.events import Sql, TableRows, TableSchema
from bus.values.arrow_stream import read_table
from bus.values.arrow_types import arrow_type
from bus.values.logical_types import parse_type
from bus.wire.worker import JobSpec

if TYPE_CHECKING:
    from agent_worker.llm.client import ModelClient


class WorkerFacilities:
    """The facilities of one job."""

    def __init__(self, job: JobSpec, context: AgentContext) -> None:
        self._job = job
        self._context = context
        self._engine: Engine | None = None
        self._turn = asyncio.Lock()
        self._model: WorkerModel | None = None

    async def sql(self, statement: str, max_rows: int) -> pa.Table:
        """The rows of a statement over the data; see `AgentContext.sql`. Raises SqlError."""
        async with self._turn:
            engine = await self._connected()
            self._context.emit(Sql(statement))
            try:
                return await _whole(engine, statement, max_rows)
            except StatementRefused as error:
                raise SqlError(str(error), code="refused", retryable=False) from error
            except EngineError as error:
                raise SqlError(error.message, code=f"sql_{error.kind}", retryable=error.kind == "io") from error

    def model(self) -> "WorkerModel":
        """The configured model; see `AgentContext.model`. Raises AgentError where none is configured."""
        if self._model is None:
            client = make_model(self._context)
            if client is None:
                key = self._context.settings.llm.api_key_env
                hint = f"set {key} in the environment of `deadstop serve`, or [llm] base_url"
                raise AgentError("This agent needs a model, and none is configured.", code="llm_auth", hint=hint)
            hold_to(client, self._job)
            self._model = WorkerModel(client)
        return self._model

    async def _connected(self) -> Engine:
        if self._engine is None:
            catalog = await current_catalog(self._job, self._context)
            self._engine = Engine(engine_settings(self._context))
            self._engine.attach(catalog)
        return self._engine


class WorkerModel:
    """The configured model, as `context.Model` describes it."""

    def __init__(self, client: "ModelClient") -> None:
        self._client = client
        self.name = client.settings.model

    async def stream(self, messages: str | Sequence[ModelMessage], system: str = "") -> AsyncGenerator[str, None]:
        said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        prompt = Prompt("answer", system, tuple({"role": one["role"], "content": one["content"]} for one in said))
        with model_failures():
            async with aclosing(self._client.words(prompt)) as words:
                async for text in words:
                    yield text

    async def text(self, messages: str | Sequence[ModelMessage], system: str = "") -> str:
        async with aclosing(self.stream(messages, system)) as words:
            return "".join([text async for text in words])


async def _whole(engine: Engine, statement: str, max_rows: int) -> pa.Table:
    """All rows, or SqlError: part of a result would be taken for all of it."""
    schema: Any = None
    tables: list[pa.Table] = []
    async with aclosing(engine.run(statement, max_rows=max_rows)) as items:
        async for item in items:
            match item:
                case TableSchema(columns):
                    schema = pa.schema([(column.name, arrow_type(parse_type(column.type))) for column in columns])
                case TableRows(arrow):
                    tables.append(read_table(arrow))
                case ResultEnd(truncated=True):
                    hint = "let the statement aggregate, or end it with a LIMIT"
                    words = f"The statement has more than {max_rows:,} rows, the limit of this call."
                    raise SqlError(words, code="sql_too_many_rows", hint=hint, retryable=False)
    return pa.concat_tables(tables) if tables else schema.empty_table()
