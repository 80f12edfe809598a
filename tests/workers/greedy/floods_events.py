"""Says as much as it can, for ever; in large pieces if the question is `large`."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("flooding")
    while job.question == "large":
        yield ResponseChunk("response", "x" * 65_536)
    while True:
        yield Status("more and more and more and more and more and more and more")
