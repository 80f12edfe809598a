"""Runs a program as an agent: its job in, its events out, and a stop as a line."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyarrow as pa

from agent_worker.agents.program.lines import LineReader
from agent_worker.agents.program.process import Program, readable
from agent_worker.agents.program.rows import RowsError, schema_of, table_of
from agent_worker.context import AgentContext, AgentError, AgentOutput, JobSpec
from agent_worker.data_folder import SAMPLE_DATA
from bus.contract.events import Column, TableSchema
from bus.contract.settings import AgentDefinition
from bus.wire.agent_program import (
    PROGRAM_PROTOCOL,
    ClarificationLine,
    ErrorLine,
    ProgramJob,
    ProgramOutput,
    UsageLine,
)
from bus.wire.outside import JsonRows


def reads(definition: AgentDefinition) -> tuple[str, ...]:
    """The folders that the sandbox lets the worker read."""
    return readable(definition)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    """Everything that the program says, until it has ended."""
    listener = _Listener(context)
    lines = LineReader()
    async with _running(job, context) as program:
        async for data in program.output():
            for line in lines.feed(data):
                for said in listener.hear(line):
                    yield said
        for line in lines.finish():
            for said in listener.hear(line):
                yield said
        await program.ended()


@asynccontextmanager
async def _running(job: JobSpec, context: AgentContext) -> AsyncIterator[Program]:
    """The program; it is asked to end when the job is stopped, and killed when it has said something wrong."""
    program = await Program.start(context.definition, _job_line(job, context))
    try:
        yield program
    finally:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            await program.cancel()
        await program.kill()


def _job_line(job: JobSpec, context: AgentContext) -> ProgramJob:
    return ProgramJob(
        version=PROGRAM_PROTOCOL,
        job_id=job.job_id,
        user=job.user,
        query=job.question,
        user_clarification=job.user_clarification,
        conversation=job.conversation,
        options=context.options,
        max_rows=job.max_rows,
        max_cost_usd=job.max_cost_usd,
        scratch=str(context.scratch),
        conversation_folder=str(context.folder),
        data_folder=context.data.folder or str(SAMPLE_DATA),
        catalog=job.catalog,
    )


class _Listener:
    """Makes of a program's lines what an agent may say."""

    def __init__(self, context: AgentContext) -> None:
        self._context = context
        self._columns: list[Column] = []
        self._schema: pa.Schema | None = None

    def hear(self, line: ProgramOutput) -> list[AgentOutput]:
        """Raises AgentError, also where the program says that it has failed."""
        match line:
            case UsageLine():
                usage = line.usage()
                self._context.usage = lambda: usage
                self._context.usage_changed()
            case ClarificationLine():
                self._context.clarification = line.clarification()
            case ErrorLine(error, code, hint, retryable):
                raise AgentError(error, code=code, hint=hint, retryable=retryable)
            case TableSchema() | JsonRows():
                return [self._table(line)]
            case event:
                return [event]
        return []

    def _table(self, line: TableSchema | JsonRows) -> pa.Table:
        try:
            return self._begun(line.columns) if isinstance(line, TableSchema) else self._rows(line)
        except RowsError as error:
            words, hint = (
                f"The agent's rows cannot be taken: {error}.",
                "docs/agent-protocol.md says which values there are",
            )
            raise AgentError(words, code="bad_line", hint=hint, retryable=False) from error

    def _begun(self, columns: list[Column]) -> pa.Table:
        if self._schema is not None:
            raise RowsError("a second `table_schema` came, and all rows of an answer are one table")
        self._columns, self._schema = columns, schema_of(columns)
        return self._schema.empty_table()

    def _rows(self, line: JsonRows) -> pa.Table:
        if self._schema is None:
            raise RowsError("`table_rows` came before `table_schema`")
        return table_of(line.rows, self._columns, self._schema)
