"""Well-behaved: COUNT numbered chunks, PER_S a second, each with the time it was said at; BYTES long if asked. After a
comma comes the next pace: `480 100000 65536, 500 50` says much at once, and then little for long."""

import asyncio
import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec

PAUSES_PER_S = 100


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    said = 0
    for pace in job.question.split(","):
        count, per_s, *length = map(int, pace.split())
        at_once = max(1, per_s // PAUSES_PER_S)
        for number in range(said + 1, said + count + 1):
            yield ResponseChunk("response", f"{number} {time.time():.6f} ".ljust(length[0] if length else 0))
            if number % at_once == 0:
                await asyncio.sleep(at_once / per_s)
        said += count
