"""An agent that says what only the supervisor says of a job: as an event that it yields, or past all in the way."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

from agent_worker.context import AgentContext
from agent_worker.runtime.publisher import Publisher
from bus.contract.events import (
    Accepted,
    Chart,
    Completed,
    Event,
    Failed,
    Killed,
    Queue,
    Result,
    Status,
    Stopping,
    Tool,
    Usage,
)
from bus.contract.vocabulary import Reason, Rung
from bus.transport.codec import encode
from bus.wire.worker import AnyWorkerMessage, EventBatch, Finished, JobSpec, Success

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


def _nested(message: Any, levels: int) -> bytes:
    """The message with lists in lists in the place of "@@": as bytes, for no encoder goes so deep."""
    return encode(message).replace(b"\xa2@@", b"\x91" * levels + b"\x01")


BLOBS |= {
    "a chart that is no JSON": (1, encode([Chart({"a": {(1, 2): 3}})])),
    "a chart too deep": (1, _nested([Chart({"a": "@@"})], 850)),
    "lists without end": (1, b"\x91" * 5000 + b"\x01"),
    "a tool's argument that is no JSON": (1, encode([Tool("look", {"a": {(1, 2): 3}}, "started")])),
    "a tool's argument too deep": (1, _nested([Tool("look", {"a": "@@"}, "started")], 850)),
}
RESULTS = {
    "without end": b"\x91" * 5000 + b"\x01",
    **{f"nested {levels}": _nested(Success(Result({"a": "@@"}, Usage(), {})), levels) for levels in (850, 970, 978)},
    "no JSON": encode(Success(Result({"a": {(1, 2): 3}}, Usage(), {}))),
    "numbers that no log can file": encode(Success(Result({}, Usage(), {}), rolled_up=[1, 2**63])),
}
USED = {
    "too many rows": Usage(rows=2**64 - 1),
    "tokens below nothing": Usage(input_tokens=-1),
    "less than nothing": Usage(cost_usd=-100.0),
    "no number": Usage(cost_usd=float("nan")),
    "all there is": Usage(cost_usd=float("inf")),
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
        publisher = next(found for found in gc.get_objects() if isinstance(found, Publisher))
        publisher._channel.send([encode(_message(way, what, publisher._token, publisher._window.next))])
        await asyncio.sleep(3600)


def _message(way: str, what: str, token: bytes, first: int) -> AnyWorkerMessage:
    if way == "finishes":
        return Finished(token, first, Usage(), RESULTS[what])
    if way == "uses":
        return EventBatch(token, first, USED[what], encode([Status("used")]), count=1)
    count, blob = BLOBS[what]
    return EventBatch(token, first, Usage(), blob, count=count)
