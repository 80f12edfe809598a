"""The agents that are measured. Each does as little as its measurement needs, inside the sandbox like any other."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def nothing(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Ends at once."""
    for event in list[Event]():
        yield event


async def says_hello(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """One chunk."""
    yield ResponseChunk("response", "hello")
