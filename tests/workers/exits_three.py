"""Exits with status 3."""

import os
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("leaving")
    os._exit(3)
