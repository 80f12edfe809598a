"""Takes every cancellation and goes on sleeping."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("deaf")
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue
