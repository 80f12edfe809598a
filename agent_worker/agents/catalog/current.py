"""The catalog of the data as they are now: the one that came with the job, or a fresh one where they have changed."""

import asyncio

from agent_worker.agents.catalog.agent import fingerprint, read
from agent_worker.context import AgentContext
from bus.contract.catalog import Catalog
from bus.contract.events import Status
from bus.wire.worker import JobSpec


async def current_catalog(job: JobSpec, context: AgentContext) -> Catalog:
    """Compares the files' names, sizes and times, a few milliseconds for a thousand files, or those of the objects as
    they were listed last; reads the catalog where they differ, and tells the supervisor, so that the next question
    finds a fresh one. Raises AgentError.

    A stop while it reads ends the process: the thread that reads is not waited for.
    """
    known = job.catalog
    if known is not None and known.fingerprint == await asyncio.to_thread(fingerprint, context):
        return known
    context.emit(Status("reading the catalog" if known is None else "the data have changed: reading the catalog anew"))
    fresh = await asyncio.to_thread(read, context, known)
    context.data_changed(fresh.fingerprint)
    return fresh
