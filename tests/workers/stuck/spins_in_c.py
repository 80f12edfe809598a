"""Spins in C and never lets the interpreter's lock go."""

from collections.abc import AsyncIterator
from itertools import repeat

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("spinning")
    sum(repeat(0))
