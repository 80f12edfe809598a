"""Is stuck in one scalar call of DuckDB, which ignores interrupts."""

import asyncio
from collections.abc import AsyncIterator

import duckdb

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("stuck")
    statement = "select levenshtein(repeat('ab', 600000), repeat('ba', 600000))"
    await asyncio.to_thread(lambda: duckdb.sql(statement).fetchall())
