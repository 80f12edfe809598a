"""The Parquet history of a state folder, asked through DuckDB."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from bus.address import HISTORY_NAME
from bus.log import LOG_NAME, LogReader
from bus.rows import table_rows
from bus.settings import INTERNAL_AGENTS
from bus.sockets import BusError
from ops.errors import OpsError
from ops.local import LocalJobs, served_address
from ops.sentences import ended_sentence

READ_ROWS = 2048

OVERVIEW = {
    "the last 14 days": """
        SELECT day, count(*) AS jobs, count_if(state = 'succeeded') AS succeeded, count_if(state = 'failed') AS failed,
               count_if(state = 'cancelled') AS cancelled, round(median(run_ms))::BIGINT AS median_run_ms,
               sum(cost_usd) AS cost_usd
        FROM jobs WHERE day > current_date - 14 GROUP BY day ORDER BY day DESC""",
    "stops": """
        SELECT rung, reason, count(*) AS stops, round(median(stop_ms))::BIGINT AS median_ms,
               round(max(stop_ms))::BIGINT AS longest_ms
        FROM jobs WHERE stop_ms IS NOT NULL GROUP BY ALL ORDER BY stops DESC, rung, reason""",
}
"""What is shown without a statement, each with its title."""

_SETTINGS = (
    "TimeZone = 'UTC'",
    "temp_directory = ''",
    "python_enable_replacements = false",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "enable_external_access = false",
    "lock_configuration = true",
)


@dataclass(frozen=True)
class Rows:
    """What a statement gives, piece by piece. `columns` are name and type, as on the outside wire."""

    columns: list[dict[str, str]]
    pieces: Iterator[list[list[Any]]]

    def objects(self) -> Iterator[dict[str, Any]]:
        names = [column["name"] for column in self.columns]
        for piece in self.pieces:
            for row in piece:
                yield dict(zip(names, row, strict=True))


class History:
    """The tables `jobs` and `events`. They are read by Arrow and handed to the engine, which can itself open no file:
    so no statement can change the history, or read anything else."""

    def __init__(self, state_dir: Path) -> None:
        """Raises `OpsError` where there is no history yet."""
        self._engine = duckdb.connect()
        for table in ("jobs", "events"):
            self._engine.register(table, _dataset(state_dir, table))
        for setting in _SETTINGS:
            self._engine.execute(f"SET {setting}").fetchall()

    def query(self, sql: str) -> Rows:
        """Run one statement. Raises `OpsError` with the engine's words."""
        try:
            relation = self._engine.sql(sql)
            if relation is None:
                raise OpsError("the statement gives no rows; ask with SELECT")
            columns = [
                {"name": name, "type": str(kind)} for name, kind in zip(relation.columns, relation.types, strict=True)
            ]
            return Rows(columns, _pieces(relation))
        except duckdb.Error as error:
            raise OpsError(_words(error)) from error


async def bring_up_to_date(state_dir: Path) -> str:
    """Have the supervisor take what has ended into the history. Returns what people must know if that was not
    possible, or an empty text."""
    if served_address(state_dir) is None:
        return _left_out(state_dir)
    jobs = LocalJobs(state_dir)
    try:
        begun_for_us = False
        while not begun_for_us:
            job, begun_for_us = await jobs.roll_up()
            async for item in jobs.follow(job):
                last = item
        if last["event"] == "agent_complete":
            return ""
        return f"the latest jobs may be missing: {ended_sentence(last['event'], last['data'])}"
    except (OpsError, BusError) as error:
        return f"the latest jobs may be missing: {error}"
    finally:
        await jobs.close()


def _left_out(state_dir: Path) -> str:
    """Nobody serves: what ended since the last roll-up stays out."""
    log = state_dir / LOG_NAME
    if not log.exists():
        return ""
    reader = LogReader(log)
    try:
        ended = [job.record.summary for job in reader.not_rolled_up()]
    finally:
        reader.close()
    # The marks in the log come after the files, and the supervisor may have ended in between.
    known = set().union(*(pq.read_table(path, columns=["job_id"])["job_id"].to_pylist() for path in _files(state_dir)))
    jobs = [job for job in ended if job.agent not in INTERNAL_AGENTS and job.job_id not in known]
    if not jobs:
        return ""
    count = f"{len(jobs)} ended job{' is' if len(jobs) == 1 else 's are'}"
    return f"{count} missing: no supervisor runs for {state_dir} that could take them into the history"


def _files(state_dir: Path, table: str = "jobs") -> list[str]:
    return [str(path) for path in sorted((state_dir / HISTORY_NAME / table).glob(f"day=*/{table}.parquet"))]


def _dataset(state_dir: Path, table: str) -> ds.Dataset:
    paths = _files(state_dir, table)
    if not paths:
        raise OpsError(f"there is no history in {state_dir} yet; it begins when a job has ended")
    try:
        fields = pa.unify_schemas([pq.read_schema(path) for path in paths])
        day = ds.partitioning(pa.schema([("day", pa.date32())]), flavor="hive")
        return ds.dataset(paths, fields.append(pa.field("day", pa.date32())), format="parquet", partitioning=day)
    except (OSError, pa.ArrowInvalid) as error:
        raise OpsError(f"the history cannot be read: {error}") from error


def _pieces(relation: duckdb.DuckDBPyRelation) -> Iterator[list[list[Any]]]:
    try:
        with relation.to_arrow_reader(READ_ROWS) as reader:
            for batch in reader:
                yield table_rows(pa.table(batch))
    except (duckdb.Error, OSError, pa.ArrowInvalid) as error:
        raise OpsError(_words(error)) from error


def _words(error: Exception) -> str:
    return str(error).strip()
