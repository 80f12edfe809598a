"""What a load test reads of the outside wire: as little as it needs, decoded as fast as can be."""

import msgspec


class WireChunk(msgspec.Struct, gc=False):
    type: str = ""
    chunk: str = ""


class WireData(msgspec.Struct, gc=False):
    """The fields of all events together; an event without one has its default."""

    session_id: str = ""
    job_id: str = ""
    seq: int = 0
    chunk: WireChunk | None = None
    rung: str = ""
    ms: float = 0.0
    code: str = ""
    error: str = ""
    agents: list[str] = []


class WireEvent(msgspec.Struct, gc=False):
    event: str
    data: WireData


_one: msgspec.json.Decoder[WireEvent] = msgspec.json.Decoder(WireEvent)
_list: msgspec.json.Decoder[list[WireEvent]] = msgspec.json.Decoder(list[WireEvent])


def decode_events(text: str) -> list[WireEvent]:
    """The events of one frame, whether it holds a list or a single one. Raises `msgspec.DecodeError`."""
    return _list.decode(text) if text.startswith("[") else [_one.decode(text)]


def encode_frame(event: str, data: dict[str, object]) -> str:
    return msgspec.json.encode({"event": event, "data": data}).decode()
