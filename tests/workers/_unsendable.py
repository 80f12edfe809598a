"""Yields an event that cannot be encoded, between two that can."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Chart, Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("before")
    context.emit(Chart({"data": object()}))
    yield Status("after")
