"""Well-behaved: says who serves it and repeats the question."""

import os
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status(f"pid {os.getpid()}")
    yield ResponseChunk("response", job.question)
