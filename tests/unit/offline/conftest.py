"""The sample data's catalog, read once, and an engine to run plans in."""

from pathlib import Path

import duckdb
import pytest

from agent_worker.catalog import read_catalog
from bus.catalog import Catalog

SAMPLE = Path(__file__).parents[3] / "agent_worker" / "sample_data"


@pytest.fixture(scope="session")
def engine() -> duckdb.DuckDBPyConnection:
    """A connection with a view for each table of the sample data."""
    return duckdb.connect()


@pytest.fixture(scope="session")
def flights(engine: duckdb.DuckDBPyConnection) -> Catalog:
    """The catalog of the sample data, as a worker reads it."""
    return read_catalog(SAMPLE, connection=engine)
