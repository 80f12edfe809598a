"""Small tables that a test makes itself, read as a worker reads files."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from agent_worker.plan import Plan, SqlPlan
from bench.questions import Data

Tables = dict[str, dict[str, list[object]]]
"""By name; each its columns with their values."""

Make = Callable[[Tables], Data]


def make_data(folder: Path, tables: Tables) -> Data:
    """The tables as Parquet files in this folder, with their catalog."""
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return Data(folder)


def assert_rows(data: Data, found: Plan, rows: Sequence[set[str]], *, ordered: bool = False) -> str:
    """A plan's statement has just so many rows, each with these among its values; returns how the question was read."""
    assert isinstance(found, SqlPlan), found
    shown = [set(map(str, row)) for row in data.rows(found.sql)]
    assert len(shown) == len(rows), (found.reading, shown)
    if ordered:
        assert all(want <= row for want, row in zip(rows, shown, strict=True)), shown
    assert all(any(want <= row for row in shown) for want in rows), shown
    return found.reading
