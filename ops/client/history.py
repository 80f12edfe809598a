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
from bus.values.logical_types import projection
from bus.values.rows import table_rows
from ops.errors import OpsError

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


class JobHistory:
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


def history_files(state_dir: Path, table: str = "jobs") -> list[str]:
    return [str(path) for path in sorted((state_dir / HISTORY_NAME / table).glob(f"day=*/{table}.parquet"))]


def _dataset(state_dir: Path, table: str) -> ds.Dataset:
    paths = history_files(state_dir, table)
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
        parts = projection(relation.columns, map(str, relation.types))
        with (relation.project(parts) if parts else relation).to_arrow_reader(READ_ROWS) as reader:
            for batch in reader:
                yield table_rows(pa.table(batch))
    except (duckdb.Error, OSError, pa.ArrowInvalid) as error:
        raise OpsError(_words(error)) from error


def _words(error: Exception) -> str:
    return str(error).strip()
