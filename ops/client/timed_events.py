"""A job's stream with the times at which it was logged, without its rows: what a timeline is made of."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bus.contract.events import TableRows
from bus.wire.batch import Batch
from bus.wire.outside import AgentChunk, outside_events


class TimedEvent(msgspec.Struct, frozen=True):
    """One object of the outside wire, with rows as their `count`. `at` is Unix seconds, None where that is not told."""

    event: str
    data: dict[str, Any]
    at: float | None = None


def logged_events(batch: Batch, session_id: str, skip: int = 0) -> Iterator[TimedEvent]:
    """The batch's events after the first `skip`; rows are not decoded, so that a long stream is read quickly."""
    for item in outside_events(batch, session_id, skip, arrow=True):
        if isinstance(item, AgentChunk) and isinstance(item.data.chunk, TableRows):
            rows = {"type": "table_rows", "count": item.data.chunk.count}
            data = {"session_id": session_id, "seq": item.data.seq, "chunk": rows}
            yield TimedEvent("agent_chunk", data, batch.at)
        else:
            wire = msgspec.to_builtins(item)
            yield TimedEvent(wire["event"], wire["data"], batch.at)


def untimed_event(wire: dict[str, Any]) -> TimedEvent:
    """The event of an object that came over HTTP, which does not say when it was logged."""
    data = wire["data"]
    chunk = data.get("chunk")
    if chunk is not None and chunk["type"] == "table_rows":
        data = {**data, "chunk": {"type": "table_rows", "count": len(chunk["rows"])}}
    return TimedEvent(wire["event"], data)
