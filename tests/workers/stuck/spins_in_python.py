"""Spins in Python, in the event loop."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("spinning")
    context.emit(Status("about to spin"))
    while True:
        pass
