"""A job's stream as typed events: the structs that the server itself makes them from.

Within a protocol's major version events, chunk types and fields are only ever added. What this version does not know
comes as `UnknownEvent` or `UnknownChunk`, so that the numbers stay without a gap.
"""

from typing import Any

import msgspec

from bus.wire.outside import AcceptedData, ChunkData, CompleteData, ErrorData, JsonChunk, KilledData


class UnknownChunk(msgspec.Struct, frozen=True):
    """A chunk that this version does not know, as it came."""

    fields: dict[str, Any]


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event that this version does not know, as it came."""

    event: str
    data: dict[str, Any]

    @property
    def seq(self) -> int:
        return int(self.data.get("seq", 0))


Ending = CompleteData | ErrorData | KilledData
Event = AcceptedData | ChunkData | Ending | UnknownEvent

_TYPES: dict[str, type[AcceptedData | Ending]] = {
    "agent_accepted": AcceptedData,
    "agent_complete": CompleteData,
    "agent_error": ErrorData,
    "agent_killed": KilledData,
}


def typed(item: dict[str, Any]) -> Event:
    """An object of the wire, `{"event": NAME, "data": {...}}`, as its struct."""
    name, data = item["event"], item["data"]
    if name == "agent_chunk":
        return ChunkData(data["session_id"], data["seq"], _chunk(data["chunk"]))
    if name in _TYPES:
        try:
            return msgspec.convert(data, _TYPES[name])
        except msgspec.ValidationError:
            return UnknownEvent(name, data)
    return UnknownEvent(name, data)


def _chunk(fields: dict[str, Any]) -> Any:
    try:
        return msgspec.convert(fields, JsonChunk)
    except msgspec.ValidationError:
        return UnknownChunk(fields)
