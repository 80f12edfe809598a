"""Takes ended jobs from the log into the history, so that each stands there once, whenever we are killed.

A day's events are put in place first, then its jobs. So a job's row says that it is done with; a job without a row is
taken again, and what there may be of its events is left out when they are written anew.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from pathlib import Path

import pyarrow as pa

from agent_worker.agents.history import files
from agent_worker.agents.history.rows import EVENTS, JOBS, day_of, event_rows, job_row, rating
from bus.contract.agents import INTERNAL_AGENTS
from bus.contract.settings import HistorySettings
from bus.log import EndedJob, LogReader
from bus.wire.job_record import JobRecord

JOBS_AT_ONCE = 20_000
DESCRIPTION = Path(__file__).with_name("deadstop.toml")

Say = Callable[[str], None]


def roll_up(log: Path, folder: Path, trim: HistorySettings | None, say: Say) -> list[int]:
    """Bring the history in `folder` up to date with the log, and remove what is too old or too much by the settings in
    `trim`; None removes nothing.

    Returns the numbers of the jobs that need no rolling up any more. Raises `AgentError` for a file that cannot be
    read, `OSError` where one cannot be written. Nobody else may write the folder meanwhile.
    """
    files.remove_unfinished(folder)
    files.complete_latest(folder, "jobs", JOBS)
    files.complete_latest(folder, "events", EVENTS)
    files.write_text(folder / DESCRIPTION.name, DESCRIPTION.read_text())
    reader = LogReader(log)
    try:
        done = _take_all(reader, folder, say)
    finally:
        reader.close()
    going = too_old_or_too_much(folder, trim, datetime.now(UTC).date()) if trim is not None else []
    for day in going:
        files.remove_day(folder, day)
        say(f"{day} is too old for the history, or it has no room, and was removed")
    return done


def too_old_or_too_much(folder: Path, settings: HistorySettings, today: date) -> list[date]:
    """The days that must go, oldest first. The latest one stays, whatever its size."""
    known = files.days(folder)
    first = today - timedelta(days=settings.keep_days)
    going = [day for day in known if day < first]
    staying = [day for day in known if day >= first]
    size = sum(files.day_bytes(folder, day) for day in staying)
    while settings.max_bytes and size > settings.max_bytes and len(staying) > 1:
        oldest = staying.pop(0)
        size -= files.day_bytes(folder, oldest)
        going.append(oldest)
    return going


def _take_all(reader: LogReader, folder: Path, say: Say) -> list[int]:
    done: list[int] = []
    while jobs := reader.not_rolled_up(done[-1] if done else 0, JOBS_AT_ONCE):
        for day, of_day in _by_day(jobs).items():
            count = _take_day(reader, folder, day, of_day)
            say(f"{day}: {count} jobs")
        done += [job.number for job in jobs]
    return done


def _by_day(jobs: list[EndedJob]) -> dict[date, list[EndedJob]]:
    """People's jobs. The supervisor's own are left out: the history of rolling up would never end."""
    by_day: dict[date, list[EndedJob]] = {}
    for job in jobs:
        if job.record.summary.agent not in INTERNAL_AGENTS:
            by_day.setdefault(day_of(job.record), []).append(job)
    return by_day


def _take_day(reader: LogReader, folder: Path, day: date, jobs: list[EndedJob]) -> int:
    """Write the jobs of this day that do not stand there yet, or otherwise. Returns how many they were."""
    jobs_file, events_file = files.day_file(folder, "jobs", day), files.day_file(folder, "events", day)
    known = files.job_ids(jobs_file)
    by_id = {job.record.summary.job_id: job for job in jobs}
    rated = _rated_since(jobs_file, {job_id: by_id[job_id].record for job_id in known & by_id.keys()})
    rows: list[dict[str, object]] = list(rated.values())
    new = {job_id: job for job_id, job in by_id.items() if job_id not in known}
    if new:
        _write_events(reader, events_file, new, rows)
    if rows:
        jobs_table = pa.Table.from_pylist(rows, JOBS)
        files.write_file(jobs_file, JOBS, chain(files.rows_without(jobs_file, set(rated)), [jobs_table]))
    return len(rows)


def _rated_since(jobs_file: Path, known: dict[str, JobRecord]) -> dict[str, dict[str, object]]:
    """Rows of jobs that were rated after they had been written, as they must be now."""
    if not known:
        return {}
    rows = {row["job_id"]: row for row in files.rows_of(jobs_file, set(known))}
    now = {job_id: {**row, **rating(known[job_id])} for job_id, row in rows.items()}
    return {job_id: row for job_id, row in now.items() if row != {**rating(None), **rows[job_id]}}


def _write_events(
    reader: LogReader, events_file: Path, new: dict[str, EndedJob], rows: list[dict[str, object]]
) -> None:
    """The events of these jobs; the jobs' own rows are added to `rows`."""
    events = chain.from_iterable(_take_stream(reader, job, rows) for job in new.values())
    files.write_file(events_file, EVENTS, chain(files.rows_without(events_file, set(new)), events))


def _take_stream(reader: LogReader, job: EndedJob, rows: list[dict[str, object]]) -> Iterator[pa.Table]:
    """The job's events; its own row, which tells of the last one, is added to `rows` when they are all there."""
    last, after = None, 0
    while batches := reader.read(job.record.summary.job_id, after):
        for batch in batches:
            found, last = event_rows(batch)
            yield pa.Table.from_pylist(found, EVENTS)
        after = batches[-1].last
    rows.append(job_row(job.record, last))
