"""An empty folder, and an engine to write its files with."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.harness.data.folders import Folder


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 2, "async_threads": 1}) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path, connection: duckdb.DuckDBPyConnection) -> Folder:
    path = tmp_path / "shop"
    path.mkdir()
    return Folder(path, connection)
