"""A batch as WebSocket frames, made once for all followers of the job in the same form."""

from collections import OrderedDict
from typing import Any, NamedTuple

import msgspec
from aiohttp import WSMsgType

from bus.contract.events import TableRows
from bus.values.visible import visible_json
from bus.wire.batch import Batch
from bus.wire.outside import AgentChunk, ArrowRows, ChunkData, Outside, outside_events

MAX_LISTED = 512
"""Events in one list frame: with short chunks a list stays well under the frame limits of common clients."""

HEADER_LENGTH_BYTES = 4

_encoder = msgspec.json.Encoder()


class WireFrame(NamedTuple):
    """One WebSocket frame: its opcode (text or binary) and its content."""

    opcode: WSMsgType
    payload: bytes


class StreamForm(NamedTuple):
    """How a client wants a stream: events in lists, rows as Arrow."""

    listed: bool
    arrow: bool


def encode_event(event: Any) -> WireFrame:
    """One object of the outside wire as a text frame."""
    return WireFrame(WSMsgType.TEXT, visible_json(_encoder.encode(event)))


def batch_frames(batch: Batch, skip: int, session_id: str, form: StreamForm) -> list[WireFrame]:
    """The batch's events after the first `skip`, in order."""
    frames: list[WireFrame] = []
    run: list[Outside] = []
    for event in outside_events(batch, session_id, skip, arrow=form.arrow):
        if form.arrow and isinstance(event, AgentChunk) and isinstance(event.data.chunk, TableRows):
            _flush(run, frames)
            frames.append(_arrow_frame(event.data, event.data.chunk.arrow))
            continue
        run.append(event)
        if not form.listed or len(run) == MAX_LISTED:
            _flush(run, frames)
    _flush(run, frames)
    return frames


def _flush(run: list[Outside], frames: list[WireFrame]) -> None:
    if run:
        frames.append(encode_event(run if len(run) > 1 else run[0]))
        run.clear()


def _arrow_frame(data: ChunkData, arrow: bytes) -> WireFrame:
    header = _encoder.encode(AgentChunk(ChunkData(data.session_id, data.seq, ArrowRows())))
    return WireFrame(WSMsgType.BINARY, len(header).to_bytes(HEADER_LENGTH_BYTES, "little") + header + arrow)


class FrameCache:
    """The frames of the latest batches. A batch never changes, so its numbers and the form name its frames."""

    def __init__(self, max_bytes: int = 16 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, int, int, bool, StreamForm], list[WireFrame]] = OrderedDict()

    def __repr__(self) -> str:
        return f"<FrameCache {len(self._kept)} batches, {self._bytes} bytes>"

    def frames(self, batch: Batch, skip: int, session_id: str, form: StreamForm) -> list[WireFrame]:
        """The frames of a batch, made once for all its followers (see `batch_frames`). Raises `CodecError` for a batch
        that cannot be read."""
        if skip:
            return batch_frames(batch, skip, session_id, form)
        key = (batch.job_id, batch.first, batch.last, batch.recorded, form)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        made = batch_frames(batch, 0, session_id, form)
        self._kept[key] = made
        self._bytes += _size(made)
        while self._bytes > self._max_bytes:
            self._bytes -= _size(self._kept.popitem(last=False)[1])
        return made


def _size(frames: list[WireFrame]) -> int:
    return sum(len(frame.payload) for frame in frames)
