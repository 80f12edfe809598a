"""Logs with jobs that have ended at chosen times, and what of them stands in a history."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bus.contract.events import Accepted, Completed, JobEvent, Killed, Result, Status, Usage
from bus.contract.vocabulary import Reason, Role, Rung, State
from bus.log import LOG_NAME
from bus.transport.codec import encode
from bus.wire.commands import Caller, Submit
from bus.wire.job_record import Climb, JobRecord, JobSummary, Move
from bus.wire.topics import Published
from supervisor.storage.store import Store

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()

COMPLETED = Completed(Result({"response": "42", "raw_table": {"columns": [], "rows": [["secret"]]}}, Usage(), {}))
KILLED = Killed(Rung.TERMINATE, 512.5, "bob", Reason.OPERATOR, Usage())


def record_of(
    job_id: str, ended_at: float | None = NOON, *, user: str = "ann", agent: str = "parquet", killed: bool = False
) -> JobRecord:
    """A job's record; it began ten seconds before its end and waited for two of them."""
    created_at = (ended_at or NOON) - 10
    summary = JobSummary(
        job_id=job_id,
        session_id=f"session-{job_id}",
        user=user,
        agent=agent,
        question="how many?",
        conversation_id="",
        state=State.RUNNING if ended_at is None else State.CANCELLED if killed else State.SUCCEEDED,
        reason=Reason.OPERATOR if killed else None,
        created_at=created_at,
        started_at=created_at + 2,
        ended_at=ended_at,
        pid=None,
        seq=0,
        rung=Rung.TERMINATE if killed else None,
    )
    rungs = [Climb(Rung.CANCEL, 0.0, "bob", Reason.OPERATOR), Climb(Rung.TERMINATE, 500.0, "bob", Reason.OPERATOR)]
    return JobRecord(summary, [Move(State.QUEUED, 0.0)], rungs if killed else [])


def write_job(store: Store, record: JobRecord, batches: Sequence[Sequence[JobEvent] | bytes] | None = None) -> int:
    """The job and its stream, in these batches; returns its number. Bytes are a batch as a worker may have sent it."""
    summary = record.summary
    number = store.accept(Submit(Caller(summary.user, Role.USER), summary.session_id, summary.question), record)
    last = 0
    if batches is None:
        batches = [[Accepted(0)], [Status("working"), Status("still")], [KILLED if record.rungs else COMPLETED]]
    for index, batch in enumerate(batches):
        first, last = last + 1, last + (1 if isinstance(batch, bytes) else len(batch))
        final = summary.ended_at is not None and index == len(batches) - 1
        blob = batch if isinstance(batch, bytes) else encode(list(batch))
        store.append(number, Published(first, last, summary.created_at + index, final, blob))
    store.update(number, record)
    store.commit()
    return number


def history_of(folder: Path) -> tuple[list[str], list[tuple[str, int]]]:
    """The jobs and the events (job, number) that stand in a history, as often as they stand there, in order."""
    jobs = [row["job_id"] for row in _rows(folder, "jobs")]
    return sorted(jobs), sorted((row["job_id"], row["seq"]) for row in _rows(folder, "events"))


def _rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """Read by one thread: who forks must not have others."""
    files = folder.glob(f"{table}/*/*.parquet")
    return [row for file in files for row in pq.ParquetFile(file).read(use_threads=False).to_pylist()]


def log_numbers(state_dir: Path, where: str = "true") -> list[int]:
    """Numbers of the jobs in the log for which this SQL holds."""
    with sqlite3.connect(f"file:{state_dir / LOG_NAME}?mode=ro", uri=True) as log:
        found = [row[0] for row in log.execute(f"SELECT n FROM jobs WHERE {where} ORDER BY n")]
    log.close()
    return found
