"""Small tables that a test makes itself, read as a worker reads files."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.questions import Data

Tables = dict[str, dict[str, list[object]]]
"""By name; each its columns with their values."""

Make = Callable[[Tables], Data]


def make_data(folder: Path, tables: Tables) -> Data:
    """The tables as Parquet files in this folder, with their catalog."""
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return Data(folder)
