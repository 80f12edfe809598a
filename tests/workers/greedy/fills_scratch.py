"""Fills its scratch folder."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("filling")
    count = 0
    while True:
        (context.scratch / f"{count}.bin").write_bytes(b"x" * (4 << 20))
        count += 1
        await asyncio.sleep(0.001)
