"""Sends events under numbers that no log can file: none at once, twice, and more than there can be."""

import asyncio
import gc
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from agent_worker.runtime.publisher import Publisher
from bus.contract.events import Event, Status, Usage
from bus.transport.codec import encode
from bus.wire.worker import EventBatch, JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("miscounting")
    publisher = next(found for found in gc.get_objects() if isinstance(found, Publisher))
    for count in (0, 0, -1, 2**63 - 3, 2**64 - 1):
        publisher._channel.send([encode(EventBatch(publisher._token, 2, Usage(), encode([]), count=count))])
    yield Status("miscounted")
    await asyncio.sleep(3600)
