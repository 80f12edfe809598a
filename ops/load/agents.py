"""The agents that a load test's own server offers beside the bundled ones. They say when they said it, so that the
delay of each chunk can be told on the same machine."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def chats(job: JobSpec, context: Any) -> AsyncIterator[Event]:
    """A model's answer: COUNT chunks, one every SECONDS."""
    count, every_s = job.question.split()
    due = time.monotonic()
    for _ in range(int(count)):
        due += float(every_s)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        yield ResponseChunk("response", str(time.monotonic_ns()))


async def floods(job: JobSpec, context: Any) -> AsyncIterator[Event]:
    """COUNT chunks as fast as they are taken."""
    count, size = map(int, job.question.split())
    chunk = ResponseChunk("response", "x" * size)
    for _ in range(count):
        yield chunk


async def hangs(job: JobSpec, context: Any) -> AsyncIterator[Event]:
    """Says one word, and then holds the process in one call that no stop can reach: a signal has to end it."""
    yield ResponseChunk("response", "here ")
    await asyncio.sleep(0.05)  # the word shall be out first
    time.sleep(float(job.question))  # noqa: ASYNC251  that is what it is for
