"""Says as much as it can, for ever."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    while True:
        yield Status("more and more and more and more and more and more and more")
