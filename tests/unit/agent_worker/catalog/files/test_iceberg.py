"""Iceberg tables are what their own reader says they are, not what lies in their folder."""

from collections.abc import Iterator

import pyarrow as pa
import pytest
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import Table
from pyiceberg.types import ListType, LongType

from agent_worker.catalog.files.layout import CatalogError
from tests.harness.data.folders import Folder, names


@pytest.fixture
def sales(folder: Folder) -> Iterator[Table]:
    catalog = SqlCatalog("c", uri="sqlite:///:memory:", warehouse=f"file://{folder.path}")
    catalog.create_namespace("shop")
    rows = pa.table({"n": pa.array(range(30), pa.int64()), "s": ["x"] * 30})
    table = catalog.create_table("shop.sales", rows.schema, location=f"file://{folder.path}/sales")
    table.append(rows)
    yield table
    catalog.close()


def contents(folder: Folder) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = folder._connection.execute("SELECT n, s FROM sales ORDER BY n").fetchall()
    return found


def test_removed_files_do_not_count(folder: Folder, sales: Table) -> None:
    sales.overwrite(pa.table({"n": pa.array([1, 2], pa.int64()), "s": ["a", None]}))
    sales.append(pa.table({"n": pa.array([3], pa.int64()), "s": ["c"]}))
    catalog = folder.read()
    assert (names(catalog), catalog.warnings) == (["sales"], ())
    own = [(row["n"], row["s"]) for row in sales.scan().to_arrow().sort_by("n").to_pylist()]
    assert contents(folder) == own == [(1, "a"), (2, None), (3, "c")]


def test_renamed_columns_are_refused(folder: Folder, sales: Table) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    with sales.update_schema() as update:
        update.rename_column("s", "label")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert "renamed or dropped" in warning


def test_the_schema_says_which_columns_there_are_and_of_what_type(folder: Folder, sales: Table) -> None:
    with sales.update_schema() as update:
        update.delete_column("s")
        update.add_column("later", LongType())
    catalog = folder.read()
    assert [(one.name, one.type) for one in catalog.tables[0].columns] == [("n", "BIGINT"), ("later", "BIGINT")]
    assert folder.rows("SELECT count(n), count(later) FROM sales") == [(30, 0)]
    with sales.update_schema() as update:
        update.add_column("s", LongType())
    folder.write("good.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert "renamed or dropped" in catalog.warnings[0]


def test_a_folder_within_a_table_is_refused(folder: Folder, sales: Table) -> None:
    with pytest.raises(CatalogError, match="sales, which is an Iceberg table"):
        Folder(folder.path / "sales" / "data", folder._connection).read()


def test_partitioned_and_nested_columns_are_read(folder: Folder, sales: Table) -> None:
    with sales.update_schema() as update:
        update.add_column("l", ListType(100, LongType(), element_required=False))
    with sales.update_spec() as spec:
        spec.add_identity("s")
    rows = pa.table({"n": pa.array([31], pa.int64()), "s": ["k"], "l": pa.array([[7, None]], pa.list_(pa.int64()))})
    sales.append(rows)
    catalog = folder.read()
    assert (names(catalog), catalog.warnings) == (["sales"], ())
    sql = "SELECT count(*), count(DISTINCT s), sum(n) FROM sales"
    assert folder.rows(sql) == [(31, 2, 466)]
    assert folder._connection.execute("SELECT l FROM sales WHERE s = 'k'").fetchall() == [([7, None],)]
