"""Finishes, and then its loop hangs, so that the process does not leave."""

import asyncio
import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("finishing")
    yield ResponseChunk("response", "all of it")
    # The worker says "finished" in this pass of the loop; the next pass does not end.
    asyncio.get_running_loop().call_soon(time.sleep, 3600)
