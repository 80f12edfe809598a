"""Takes memory until something breaks."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("taking memory")
    taken: list[bytearray] = []
    while True:
        block = bytearray(16 << 20)
        block[::4096] = b"x" * (len(block) // 4096)
        taken.append(block)
        await asyncio.sleep(0.001)
