"""Runs a long statement in the loop's own thread, so that nobody is left to interrupt it."""

from collections.abc import AsyncIterator

import duckdb

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("stuck")
    duckdb.sql("select levenshtein(repeat('ab', 600000), repeat('ba', 600000))").fetchall()
