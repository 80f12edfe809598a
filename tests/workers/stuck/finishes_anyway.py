"""Takes a cancellation for a reason to finish, with success."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield ResponseChunk("response", "the first half, ")
    yield Status("waiting to be cancelled")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        yield ResponseChunk("response", "and the second")
