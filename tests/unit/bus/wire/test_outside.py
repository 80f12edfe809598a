import struct
from typing import Any

import msgspec
import pyarrow as pa

from bus.contract.events import (
    Accepted,
    Completed,
    Event,
    Failed,
    Killed,
    Progress,
    ResponseChunk,
    Result,
    StopProof,
    TableRows,
    Usage,
)
from bus.contract.vocabulary import Proof, Reason, Rung
from bus.transport.codec import encode
from bus.wire.batch import Batch
from bus.wire.outside import outside_events, refused_question
from bus.wire.replies import Refused


def arrow_stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def batch(*events: Event, first: int = 1, final: bool = False) -> Batch:
    return Batch("j1", first, first + len(events) - 1, 0.0, final, encode(list(events)))


def wire(*events: Event, skip: int = 0) -> list[dict[str, Any]]:
    return msgspec.json.decode(
        msgspec.json.encode(outside_events(batch(*events), "s", skip)), type=list[dict[str, Any]]
    )


def test_rows_that_cannot_be_read_are_left_out_and_that_is_said() -> None:
    beyond = arrow_stream(pa.table({"a": ["aaaa", "bbbb"]})).replace(
        struct.pack("<iii", 0, 4, 8), struct.pack("<iii", 0, 4, 2_000_000_000)
    )
    for arrow in (beyond, b"no stream"):
        rows, rest = wire(TableRows(arrow, 2), Progress(None))
        chunk = rows["data"]["chunk"]
        assert (rows["data"]["seq"], chunk["type"]) == (1, "warning")
        assert chunk["message"].startswith("2 rows that the worker has sent cannot be read, and are left out (")
        assert (rest["data"]["seq"], rest["data"]["chunk"]["type"]) == (2, "progress")


def test_every_event_carries_the_session_and_its_number() -> None:
    found = wire(Accepted(2), ResponseChunk("response", "Hi"), Progress(None))
    assert found == [
        {"event": "agent_accepted", "data": {"session_id": "s", "job_id": "j1", "seq": 1, "position": 2}},
        {
            "event": "agent_chunk",
            "data": {
                "session_id": "s",
                "seq": 2,
                "chunk": {"type": "response_chunk", "field": "response", "chunk": "Hi"},
            },
        },
        {
            "event": "agent_chunk",
            "data": {"session_id": "s", "seq": 3, "chunk": {"type": "progress", "fraction": None, "message": ""}},
        },
    ]


def test_skipped_events_keep_the_numbers_of_the_others() -> None:
    found = wire(Accepted(0), ResponseChunk("response", "a"), ResponseChunk("response", "b"), skip=2)
    assert [event["data"]["seq"] for event in found] == [3]


def test_rows_become_json_unless_arrow_is_wanted() -> None:
    rows = TableRows(arrow_stream(pa.table({"a": [1, 2], "b": ["x", None]})), 2)
    assert wire(rows)[0]["data"]["chunk"] == {"type": "table_rows", "rows": [[1, "x"], [2, None]]}
    kept = outside_events(batch(rows), "s", arrow=True)[0]
    assert kept.data.chunk == rows  # type: ignore[attr-defined]


def test_endings() -> None:
    result = Result({"response": "done"}, Usage(rows=3), {"total_ms": 5.0})
    complete, error, limit, killed = wire(
        Completed(result),
        Failed("broken", "agent_error", "look", True),
        Failed("too long", "deadline", "", False, StopProof(Rung.KILL, 1012.5, "deadline", Proof.SWEPT)),
        Killed(Rung.CANCEL, 12.5, "ann", Reason.USER, Usage(), Proof.CGROUP),
    )
    assert complete["data"]["result"]["clarification"] is None
    assert error["data"] == {
        "session_id": "s",
        "error": "broken",
        "code": "agent_error",
        "hint": "look",
        "retryable": True,
        "seq": 2,
    }
    assert limit["data"]["stop"] == {"rung": "kill", "ms": 1012.5, "by": "deadline", "proof": "swept"}
    assert killed["data"] | {"usage": None} == {
        "session_id": "s",
        "seq": 4,
        "rung": "cancel",
        "ms": 12.5,
        "by": "ann",
        "reason": "user",
        "usage": None,
        "proof": "cgroup",
    }


def test_a_refused_question_has_no_number_and_says_whether_to_try_again() -> None:
    found = msgspec.json.decode(msgspec.json.encode(refused_question("s", Refused("queue_full", "full", "wait"))))
    assert found["event"] == "agent_error"
    assert found["data"]["retryable"] is True
    assert "seq" not in found["data"]
    assert refused_question("s", Refused("session_conflict", "taken")).data.retryable is False
