"""The history's files: one for each table and day, `TABLE/day=YYYY-MM-DD/TABLE.parquet`, replaced whole or not at all.

There is never a second file of a day, so a crash can neither double a row nor show half of a day.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agent_worker.context import AgentError

TABLES = ("events", "jobs")
"""The tables in the order in which they are written and removed: a job's row says that its events are there."""

ROW_GROUP_ROWS = 50_000
ROW_GROUP_BYTES = 16 * 1024 * 1024
_UNFINISHED = ".new"


def day_file(folder: Path, table: str, day: date) -> Path:
    return folder / table / f"day={day.isoformat()}" / f"{table}.parquet"


def days(folder: Path) -> list[date]:
    """The days that have files, oldest first."""
    names = {path.name for table in TABLES for path in (folder / table).glob("day=*")}
    return sorted(date.fromisoformat(name.removeprefix("day=")) for name in names)


def remove_unfinished(folder: Path) -> None:
    """Remove what a roll-up that was killed has left."""
    for path in folder.rglob(_UNFINISHED):
        path.unlink()


def remove_day(folder: Path, day: date) -> None:
    """Once begun it is gone: what is left of it after a crash is removed next time."""
    for table in TABLES:
        file = day_file(folder, table, day)
        file.unlink(missing_ok=True)
        if file.parent.exists():
            file.parent.rmdir()


def day_bytes(folder: Path, day: date) -> int:
    files = (day_file(folder, table, day) for table in TABLES)
    return sum(file.stat().st_size for file in files if file.exists())


def complete_latest(folder: Path, table: str, schema: pa.Schema) -> None:
    """Give the latest file of a table the columns that it lacks, as one that an older version has written may: then the
    table has them, and the description may name them."""
    file = max((folder / table).glob(f"day=*/{table}.parquet"), default=None)
    if file is None:
        return
    with _open(file) as parquet:
        if set(schema.names) <= set(parquet.schema_arrow.names):
            return
    write_file(file, schema, rows_without(file, set()))


def job_ids(file: Path) -> set[str]:
    """The jobs that stand in a file; none where it does not exist yet."""
    if not file.exists():
        return set()
    with _open(file) as parquet:
        return set(parquet.read(["job_id"])["job_id"].to_pylist())


def rows_without(file: Path, ids: set[str]) -> Iterator[pa.Table]:
    """A file's rows, piece by piece, except those of these jobs."""
    if not file.exists():
        return
    with _open(file) as parquet:
        for batch in parquet.iter_batches(ROW_GROUP_ROWS):
            yield pa.table(batch).filter(pc.invert(pc.is_in(batch["job_id"], pa.array(ids, pa.string()))))


def rows_of(file: Path, ids: set[str]) -> list[dict[str, Any]]:
    """The rows of these jobs, those that stand in the file."""
    with _open(file) as parquet:
        table = parquet.read()
    rows: list[dict[str, Any]] = table.filter(pc.is_in(table["job_id"], pa.array(ids, pa.string()))).to_pylist()
    return rows


def write_file(file: Path, schema: pa.Schema, pieces: Iterable[pa.Table]) -> None:
    """Put a file of these rows in the place of the one that may be there. It is on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(_UNFINISHED)
    with unfinished.open("wb") as target:
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for group in _row_groups(pieces, schema):
                writer.write_table(group)
        target.flush()
        os.fsync(target.fileno())
    replace(unfinished, file)


def replace(unfinished: Path, file: Path) -> None:
    """Put the file in the place of the other; the change survives a power cut."""
    unfinished.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(file: Path, text: str) -> None:
    """Write a small text under this name, whole or not at all, unless the file holds it already. Raises OSError."""
    if file.exists() and file.read_text() == text:
        return
    unfinished = file.with_name(_UNFINISHED)
    unfinished.write_text(text)
    replace(unfinished, file)


def _row_groups(pieces: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    """The pieces, in row groups of bounded size. Columns that an older file lacks become empty."""
    waiting: list[pa.Table] = [schema.empty_table()]
    rows = size = 0
    for piece in pieces:
        waiting.append(piece)
        rows, size = rows + piece.num_rows, size + piece.nbytes
        if rows >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            yield _joined(waiting, schema)
            waiting, rows, size = [schema.empty_table()], 0, 0
    if rows:
        yield _joined(waiting, schema)


def _joined(pieces: list[pa.Table], schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(pieces, promote_options="default").select(schema.names)


def _open(file: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(file)
    except (OSError, pa.ArrowInvalid) as error:
        raise AgentError(
            f"{file} cannot be read: {error}",
            code="bad_history",
            hint="move the file away; its day begins anew, and the log keeps what is not in the history yet",
        ) from error
