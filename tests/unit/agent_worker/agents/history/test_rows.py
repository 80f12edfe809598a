"""What the history says of jobs and events."""

import json
from datetime import UTC, date, datetime

import pyarrow as pa

from agent_worker.agents.history.rows import EVENTS, JOBS, day_of, event_rows, job_row
from bus.contract.events import Event, Failed, ResponseChunk, StopProof, TableRows
from bus.contract.vocabulary import Rung
from bus.transport.codec import encode
from bus.wire.batch import Batch
from tests.harness.data.histories import COMPLETED, KILLED, NOON, record_of


def batch_of(*events: Event) -> Batch:
    return Batch("a", 5, 4 + len(events), NOON, False, encode(list(events)))


def test_a_killed_job_tells_who_stopped_it_and_how() -> None:
    row = job_row(record_of("a", killed=True), KILLED)
    assert (row["outcome"], row["stopped_by"], row["rung"], row["stop_ms"]) == ("stopped", "bob", "terminate", 512.5)
    assert [step["rung"] for step in row["rungs"]] == ["cancel", "terminate"]
    assert (row["state"], row["reason"]) == ("cancelled", "operator")
    assert (row["wait_ms"], row["run_ms"]) == (2000.0, 8000.0)
    assert row["ended_at"] == datetime(2026, 3, 14, 12)


def test_a_limit_is_a_stop_and_an_error_is_not() -> None:
    proof = StopProof(Rung.KILL, 1000.0, "supervisor")
    limited = job_row(record_of("a"), Failed("too long", "deadline", "", True, proof))
    assert (limited["outcome"], limited["stopped_by"], limited["error_code"]) == ("stopped", "supervisor", "deadline")
    failed = job_row(record_of("a"), Failed("no such column", "sql_binder", "", True))
    assert (failed["outcome"], failed.get("stop_ms"), failed["error"]) == ("error", None, "no such column")


def test_every_row_has_the_columns_of_its_table_and_no_others() -> None:
    assert job_row(record_of("a"), COMPLETED).keys() - set(JOBS.names) == set()
    rows, _ = event_rows(batch_of(ResponseChunk("response", "x")))
    assert rows[0].keys() == set(EVENTS.names)
    assert pa.Table.from_pylist([job_row(record_of("a"), None)], JOBS).num_rows == 1


def test_rows_of_data_are_left_out() -> None:
    rows, last = event_rows(batch_of(TableRows(b"secret" * 100, 7), COMPLETED))
    assert json.loads(rows[0]["event"]) == {"type": "table_rows", "count": 7, "bytes": 600}
    assert json.loads(rows[1]["event"])["result"]["final_output"]["response"] == "42"
    assert "secret" not in rows[1]["event"]
    assert [(row["seq"], row["type"]) for row in rows] == [(5, "table_rows"), (6, "complete")]
    assert last == COMPLETED


def test_what_nobody_can_read_is_said_in_one_row() -> None:
    for blob in (b"\xc1 garbage", encode([]), encode([{"type": "no such event"}])):
        rows, last = event_rows(Batch("a", 3, 9, NOON, False, blob))
        assert [(row["seq"], row["type"]) for row in rows] == [(3, "unreadable")]
        assert json.loads(rows[0]["event"])["last"] == 9
        assert last is None


def test_a_job_belongs_to_the_day_in_utc_on_which_it_was_asked_for() -> None:
    midnight = datetime(2026, 3, 15, tzinfo=UTC).timestamp()
    assert day_of(record_of("a", midnight + 10)) == date(2026, 3, 15)  # asked for ten seconds before its end
    assert day_of(record_of("a", midnight + 9)) == date(2026, 3, 14)
