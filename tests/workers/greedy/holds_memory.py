"""Takes as many MiB as the question says, touches them, and stays."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    block = bytearray(int(job.question) << 20)
    block[::4096] = b"x" * (len(block) // 4096)
    yield Status("holding")
    await asyncio.sleep(3600)
