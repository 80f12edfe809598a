"""The agents that are measured. Each does as little as its measurement needs, inside the sandbox like any other."""

import asyncio
import time
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


async def ticks(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """COUNT chunks, one every SECONDS; each carries the time at which it was said, in nanoseconds (monotonic)."""
    count, every_s = job.question.split()
    due = time.monotonic()
    for _ in range(int(count)):
        due += float(every_s)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield ResponseChunk("response", str(time.monotonic_ns()))


async def floods(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """COUNT chunks of SIZE bytes as fast as they are taken."""
    count, size = map(int, job.question.split())
    chunk = ResponseChunk("response", "x" * size)
    for _ in range(count):
        yield chunk
