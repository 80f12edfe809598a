"""An agent that says what only the supervisor says of a job: as an event that it yields, or past all in the way."""

import asyncio
import gc
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from agent_worker.runtime.publisher import Publisher
from bus.contract.events import (
    Accepted,
    Completed,
    Event,
    Failed,
    Killed,
    Queue,
    Result,
    Status,
    Stopping,
    Usage,
)
from bus.contract.vocabulary import Reason, Rung
from bus.transport.codec import encode
from bus.wire.worker import EventBatch, JobSpec

FORGED: dict[str, Event] = {
    "Accepted": Accepted(0),
    "Queue": Queue(1),
    "Stopping": Stopping(Rung.KILL, "nobody", Reason.USER),
    "Completed": Completed(Result({"response": "42"}, Usage(), {})),
    "Failed": Failed("it failed", "made_up", "", True),
    "Killed": Killed(Rung.KILL, 1.0, "nobody", Reason.USER, Usage()),
}
BLOBS = {
    "no list": (1, b"\xc1"),
    "another type": (1, encode([{"type": "status", "message": 7}])),
    "no such event": (1, encode([{"type": "gossip"}])),
    "more than it says": (1, encode([Status("one"), Status("two")])),
    "fewer than it says": (3, encode([Status("one")])),
    **{name: (1, encode([event])) for name, event in FORGED.items()},
}


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("forging")
    way, _, what = job.question.partition(" ")
    if way == "yields":
        yield FORGED[what]
    elif way == "swallows":
        try:
            context.emit(FORGED[what])
        except Exception:
            yield Status("swallowed")
    else:
        count, blob = BLOBS[what]
        publisher = next(found for found in gc.get_objects() if isinstance(found, Publisher))
        first = publisher._window.next
        publisher._channel.send([encode(EventBatch(publisher._token, first, Usage(), blob, count=count))])
        await asyncio.sleep(3600)
