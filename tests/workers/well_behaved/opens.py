"""Opens the file that the question names, and says what it has found."""

import os
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    try:
        descriptor = os.open(job.question, os.O_RDONLY)
        yield ResponseChunk("response", os.read(descriptor, 100).decode(errors="replace"))
        os.close(descriptor)
    except OSError as error:
        yield ResponseChunk("response", f"refused: {error.strerror}")
