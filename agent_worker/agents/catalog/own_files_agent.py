"""The agent that reads the catalog with the files of one user's own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.agents.catalog.agent import read
from agent_worker.catalog.own_files import why_unreadable
from agent_worker.context import AgentContext, AgentError
from bus.contract.events import Event, Status
from bus.wire.replies import UNREADABLE_FILE
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Read the catalog and hand it to the supervisor. A `question` that names a file of the folder is whether that one
    can be read: where it cannot, the job fails with the reason."""
    yield Status("reading files of one's own")
    catalog = await asyncio.to_thread(read, context, job.catalog)
    if why := why_unreadable(catalog, Path(context.data.own), job.question):
        raise AgentError(
            f"{job.question} cannot be read: {why}",
            code=UNREADABLE_FILE,
            hint="it was not kept",
            retryable=False,
        )
    context.catalog = catalog
    yield Status(f"{sum(table.own for table in catalog.tables)} tables of one's own")
