"""Spins in C and never lets the interpreter's lock go."""

from collections.abc import AsyncIterator
from itertools import repeat

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("spinning")
    sum(repeat(0))
