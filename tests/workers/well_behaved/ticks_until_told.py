"""Well-behaved: numbered chunks, PER_S a second, until the file PATH exists."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    per_s, path = job.question.split(maxsplit=1)
    for number in count(1):
        if await asyncio.to_thread(Path(path).exists):
            return
        yield ResponseChunk("response", f"{number} ")
        await asyncio.sleep(1 / float(per_s))
