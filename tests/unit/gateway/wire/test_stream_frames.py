import msgspec
import pyarrow as pa
from aiohttp import WSMsgType

from bus.contract.events import Accepted, Event, ResponseChunk, TableRows
from bus.transport.codec import encode
from bus.wire.batch import Batch
from gateway.wire.stream_frames import MAX_LISTED, FrameCache, StreamForm, WireFrame, batch_frames

PLAIN, LISTED, ARROW = StreamForm(False, False), StreamForm(True, False), StreamForm(True, True)


def batch(*events: Event, first: int = 1) -> Batch:
    return Batch("j1", first, first + len(events) - 1, 0.0, False, encode(list(events)))


def chunks(count: int) -> list[Event]:
    return [ResponseChunk("response", str(number)) for number in range(count)]


def rows() -> TableRows:
    sink = pa.BufferOutputStream()
    table = pa.table({"a": [1, 2]})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return TableRows(sink.getvalue().to_pybytes(), 2)


def seqs(frames: list[WireFrame]) -> list[object]:
    decoded = [msgspec.json.decode(frame.payload) for frame in frames]
    return [
        [event["data"]["seq"] for event in item] if isinstance(item, list) else item["data"]["seq"] for item in decoded
    ]


def test_without_lists_every_event_has_its_frame() -> None:
    assert seqs(batch_frames(batch(*chunks(3)), 0, "s", PLAIN)) == [1, 2, 3]


def test_with_lists_many_share_one_and_one_stays_alone() -> None:
    assert seqs(batch_frames(batch(*chunks(3)), 0, "s", LISTED)) == [[1, 2, 3]]
    assert seqs(batch_frames(batch(*chunks(3)), 2, "s", LISTED)) == [3]


def test_a_long_list_is_cut() -> None:
    frames = batch_frames(batch(*chunks(MAX_LISTED + 2)), 0, "s", LISTED)
    assert [len(msgspec.json.decode(frame.payload)) for frame in frames] == [MAX_LISTED, 2]


def test_arrow_rows_come_as_a_binary_frame_in_their_place() -> None:
    table = rows()
    frames = batch_frames(batch(Accepted(0), table, *chunks(2)), 0, "s", ARROW)
    assert [frame.opcode for frame in frames] == [WSMsgType.TEXT, WSMsgType.BINARY, WSMsgType.TEXT]
    binary = frames[1].payload
    length = int.from_bytes(binary[:4], "little")
    assert msgspec.json.decode(binary[4 : 4 + length]) == {
        "event": "agent_chunk",
        "data": {"session_id": "s", "seq": 2, "chunk": {"type": "table_rows", "encoding": "arrow"}},
    }
    assert binary[4 + length :] == table.arrow
    assert pa.ipc.open_stream(binary[4 + length :]).read_all().to_pydict() == {"a": [1, 2]}


def test_the_cache_makes_frames_once_for_each_form() -> None:
    cache = FrameCache()
    found = cache.frames(batch(*chunks(3)), 0, "s", LISTED)
    assert cache.frames(batch(*chunks(3)), 0, "s", LISTED) is found
    assert cache.frames(batch(*chunks(3)), 0, "s", PLAIN) != found
    assert seqs(cache.frames(batch(*chunks(3)), 1, "s", LISTED)) == [[2, 3]]


def test_the_cache_keeps_within_its_bound() -> None:
    cache = FrameCache(max_bytes=2000)
    for number in range(100):
        cache.frames(batch(*chunks(3), first=3 * number + 1), 0, "s", LISTED)
    assert 0 < cache._bytes <= 2000
    assert cache._bytes == sum(len(frame.payload) for made in cache._kept.values() for frame in made)
