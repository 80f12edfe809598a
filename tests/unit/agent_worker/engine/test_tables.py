"""A table's view is made when a statement needs it, and the connection is locked before any is."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from agent_worker.engine.guard import examine
from agent_worker.engine.settings import EngineSettings, connect
from agent_worker.engine.tables import Tables
from bus.contract.catalog import Catalog, CatalogTable

ALL = {"numbers", "tree", "tables"}


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(EngineSettings(str(tmp_path / "scratch"))) as connection:
        for name in (*ALL, "secret"):
            connection.execute(f"COPY (SELECT 1 AS n) TO '{tmp_path}/{name}.parquet' (FORMAT parquet)").fetchall()
        yield connection


@pytest.fixture
def tables(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Tables:
    catalog = Catalog(tuple(CatalogTable(name, (), 1, (f"{tmp_path}/{name}.parquet",)) for name in sorted(ALL)))
    tables = Tables(connection, catalog)
    tables.lock()
    return tables


def made(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute("FROM duckdb_views() SELECT view_name WHERE NOT internal").fetchall()}


@pytest.mark.parametrize(
    ("sql", "needed"),
    [
        ("SELECT 1 FROM range(3)", set()),
        ("SELECT * FROM Numbers, main.tree", {"numbers", "tree"}),
        ("WITH numbers AS (SELECT * FROM numbers) SELECT * FROM numbers", {"numbers"}),
        ("WITH few AS (FROM tree) FROM few", {"tree"}),
        ("SELECT (SELECT max(n) FROM numbers) UNION ALL (WITH few AS (FROM tree) FROM few)", {"numbers", "tree"}),
        ("EXPLAIN ANALYZE FROM numbers", {"numbers"}),
        ("SUMMARIZE numbers", {"numbers"}),
        ("SHOW TABLES", ALL),
        ("SELECT table_name FROM information_schema.tables", ALL),
        ("FROM nombers", set()),
        ("FROM duckdb_views", ALL),
    ],
)
def test_what_a_statement_names_is_made(
    connection: duckdb.DuckDBPyConnection, tables: Tables, sql: str, needed: set[str]
) -> None:
    tables.open(examine(connection, sql), lambda: True)
    assert made(connection) == needed
    tables.open(examine(connection, "SHOW TABLES"), lambda: True)
    assert made(connection) == ALL


def test_all_the_rest_is_out_of_reach(connection: duckdb.DuckDBPyConnection, tables: Tables, tmp_path: Path) -> None:
    tables.lock()
    with pytest.raises(duckdb.PermissionException):
        connection.execute(f"FROM '{tmp_path}/secret.parquet'").fetchall()
    with pytest.raises(duckdb.Error):
        connection.execute("SET threads = 1").fetchall()


def test_a_stop_ends_the_making_of_views(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    missing = tuple(CatalogTable(f"t{at}", (), 1, (f"{tmp_path}/missing{at}.parquet",)) for at in range(9))
    tables = Tables(connection, Catalog(missing))
    tables.lock()
    asked: list[bool] = []

    def goes_on() -> bool:
        asked.append(True)
        return len(asked) < 3

    tables.open(examine(connection, "SHOW TABLES"), goes_on)
    assert len(asked) == 3
