"""Ends as if it had been stopped, though nobody has asked."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("giving up")
    raise asyncio.CancelledError
