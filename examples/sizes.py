"""Counts the rows of the tables that the question names, or of all of them."""

import asyncio
from collections.abc import AsyncIterator

import pyarrow.parquet as pq

from agent_worker.context import AgentContext, AgentError, AgentOutput, JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    if job.catalog is None:
        raise AgentError("The catalog is still being read.", hint="ask again in a moment")
    named = [table for table in job.catalog.tables if table.name in job.question.split()]
    tables = named or job.catalog.tables
    yield f"Counting the rows of {len(tables)} tables:\n\n"
    for done, table in enumerate(tables, 1):
        context.progress(done / len(tables), f"counting {table.name}")
        footers = [await asyncio.to_thread(pq.read_metadata, file) for file in table.files]
        rows = sum(footer.num_rows for footer in footers)
        yield f"- **{table.name}** has {rows:,} rows\n"
        yield [{"table": table.name, "files": len(table.files), "rows": rows}]
        await asyncio.sleep(context.options.get("pause_s", 0))
