"""Agents of one's own that do not count as they should: one costs as many cents as its question says, and stays."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status, Usage
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    used = Usage(model_calls=1, input_tokens=1000, cost_usd=int(job.question) / 100)
    context.usage = lambda: used
    context.usage_changed()
    yield Status("spending")
    await asyncio.sleep(3600)


async def miscounts(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Cannot say what it has used: it was something before, and is not a number any more."""
    counted = iter([Usage(input_tokens=1000)])
    context.usage = lambda: next(counted)
    context.usage_changed()
    yield Status("counting")
