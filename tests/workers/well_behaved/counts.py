"""Well-behaved: as many chunks of text as the question says, each with its number."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    for number in range(1, int(job.question) + 1):
        yield ResponseChunk("response", f"{number} ")
