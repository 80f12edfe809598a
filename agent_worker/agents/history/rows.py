"""What the history says of a job and of an event: its two tables' columns. Times are UTC, without a zone.

Rows of data stand in neither: the history tells what happened, not what the data said.
"""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pyarrow as pa

from bus.contract.events import Completed, Failed, JobEvent, Killed, TableRows
from bus.transport.codec import CodecError
from bus.wire.batch import Batch
from bus.wire.job_record import JobRecord

_TIME = pa.timestamp("us")

JOBS = pa.schema(
    {
        "job_id": pa.string(),
        "session_id": pa.string(),
        "conversation_id": pa.string(),
        "user": pa.string(),
        "agent": pa.string(),
        "question": pa.string(),
        "detached": pa.bool_(),
        "state": pa.string(),
        "reason": pa.string(),
        "created_at": _TIME,
        "started_at": _TIME,
        "ended_at": _TIME,
        "wait_ms": pa.float64(),
        "run_ms": pa.float64(),
        "outcome": pa.string(),
        "stopped_by": pa.string(),
        "rung": pa.string(),
        "stop_ms": pa.float64(),
        "rungs": pa.list_(pa.struct({"rung": pa.string(), "ms": pa.float64(), "by": pa.string()})),
        "exit": pa.string(),
        "error_code": pa.string(),
        "error": pa.string(),
        "events": pa.int64(),
        "rows": pa.int64(),
        "model_calls": pa.int64(),
        "input_tokens": pa.int64(),
        "output_tokens": pa.int64(),
        "cached_tokens": pa.int64(),
        "cost_usd": pa.float64(),
        "estimated": pa.bool_(),
        "peak_memory_bytes": pa.int64(),
        "cpu_s": pa.float64(),
        "dropped_events": pa.int64(),
        "stderr": pa.string(),
        "stack": pa.string(),
        "verdict": pa.string(),
        "comment": pa.string(),
    }
)
"""One row a job. `rung` is the highest that was climbed, `stop_ms` the time from the request to the proof of death;
`outcome` is answered, stopped (by a person or by a limit) or error; `verdict` is up, down or nothing."""

EVENTS = pa.schema(
    {
        "job_id": pa.string(),
        "seq": pa.int64(),
        "logged_at": _TIME,
        "type": pa.string(),
        "event": pa.string(),
    }
)
"""One row an event; `event` is its JSON."""

OUTCOMES = ("answered", "stopped", "error")

UNREADABLE = "unreadable"
"""The type of the row that stands for events which cannot be decoded or shown; its `seq` is that of the first of
them."""


def day_of(record: JobRecord) -> date:
    """The day, in UTC, on which a job was asked for: its partition."""
    return datetime.fromtimestamp(record.summary.created_at, UTC).date()


def job_row(record: JobRecord, last: JobEvent | None) -> dict[str, Any]:
    """The row of a job whose stream ended with `last`."""
    summary, usage = record.summary, record.usage
    row = {name: getattr(summary, name, None) for name in JOBS.names}
    row |= {name: getattr(record, name) for name in ("exit", "peak_memory_bytes", "cpu_s", "dropped_events")}
    row |= {name: int(usage.get(name, 0)) for name in JOBS.names if name.endswith("_tokens") or name == "model_calls"}
    return (
        row
        | _ending(last)
        | {
            "created_at": _time(summary.created_at),
            "started_at": _time(summary.started_at),
            "ended_at": _time(summary.ended_at),
            "wait_ms": _ms(summary.created_at, summary.started_at or summary.ended_at),
            "run_ms": _ms(summary.started_at, summary.ended_at),
            "rungs": [{"rung": climb.rung, "ms": climb.ms, "by": climb.by} for climb in record.rungs],
            "events": summary.seq,
            "cost_usd": usage.get("cost_usd", 0.0),
            "estimated": bool(usage.get("estimated", 0.0)),
            "stderr": record.stderr or None,
            "stack": record.stack or None,
        }
        | rating(record)
    )


def rating(record: JobRecord | None) -> dict[str, Any]:
    """What the job's owner thought of its answer; empty columns where it was not rated."""
    verdict = record.verdict if record is not None else None
    return {"verdict": str(verdict) if verdict else None, "comment": (record.comment or None) if record else None}


def _ending(last: JobEvent | None) -> dict[str, Any]:
    """What the last event says: whether and how the job was stopped, and what its error was."""
    stop = last if isinstance(last, Killed) else last.stop if isinstance(last, Failed) else None
    row: dict[str, Any] = {"outcome": "answered" if isinstance(last, Completed) else "error"}
    if stop is not None:
        row |= {"outcome": "stopped", "stopped_by": stop.by, "rung": stop.rung, "stop_ms": stop.ms}
    if isinstance(last, Failed):
        row |= {"error_code": last.code, "error": last.error}
    return row


def event_rows(batch: Batch) -> tuple[list[dict[str, Any]], JobEvent | None]:
    """The rows of a batch, and its last event (None where it cannot be read)."""
    at = _time(batch.at)
    try:
        events = batch.events()
    except CodecError:
        events = []
    if not events:
        words = msgspec.json.encode({"type": UNREADABLE, "last": batch.last, "bytes": len(batch.blob)}).decode()
        return [_event_row(batch.job_id, batch.first, at, UNREADABLE, words)], None
    return [_event_row(batch.job_id, seq, at, *_shown(event)) for seq, event in events], events[-1][1]


def _event_row(job_id: str, seq: int, at: datetime | None, kind: str, words: str) -> dict[str, Any]:
    return {"job_id": job_id, "seq": seq, "logged_at": at, "type": kind, "event": words}


def _shown(event: JobEvent) -> tuple[str, str]:
    """The event's type and its JSON. An event of an earlier release that JSON cannot hold is told as unreadable: one
    such must not stop the others."""
    try:
        return _said(event)
    except (TypeError, ValueError, RecursionError) as error:
        return UNREADABLE, msgspec.json.encode({"type": UNREADABLE, "error": str(error)}).decode()


def _said(event: JobEvent) -> tuple[str, str]:
    """Type and JSON of an event, without the data's rows."""
    kind = str(event.__struct_config__.tag)
    if isinstance(event, TableRows):
        return kind, msgspec.json.encode({"type": kind, "count": event.count, "bytes": len(event.arrow)}).decode()
    if isinstance(event, Completed):
        event = _without_rows(event)
    return kind, msgspec.json.encode(event).decode()


def _without_rows(event: Completed) -> Completed:
    output = event.result.final_output
    table = output.get("raw_table")
    if not isinstance(table, dict):
        return event
    slim = {**output, "raw_table": {name: value for name, value in table.items() if name != "rows"}}
    return Completed(msgspec.structs.replace(event.result, final_output=slim))


def _time(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).replace(tzinfo=None)


def _ms(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1000, 1)
