"""What becomes of binary frames for pages that speak Socket.IO."""

from bus.contract.events import TableRows
from bus.transport.codec import encode
from bus.wire.batch import Batch
from gateway.wire.stream_frames import StreamForm, batch_frames
from gateway.ws.over_socketio import _with_arrow


def test_the_rows_of_a_binary_frame_become_an_attachment_of_its_event() -> None:
    arrow = b"\x00{not json}\xff"
    batch = Batch("j1", 7, 7, 0.0, False, encode([TableRows(arrow, 2)]))
    (frame,) = batch_frames(batch, 0, "s", StreamForm(False, True))
    assert _with_arrow(frame.payload) == {
        "event": "agent_chunk",
        "data": {"session_id": "s", "seq": 7, "chunk": {"type": "table_rows", "encoding": "arrow", "arrow": arrow}},
    }
