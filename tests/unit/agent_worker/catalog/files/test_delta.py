"""Delta tables are what their own reader says they are, not what lies in their folder."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from agent_worker.catalog.files.layout import CatalogError
from tests.harness.data.folders import Folder, column, names


def contents(folder: Folder, table: str, columns: str) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = folder._connection.execute(
        f"SELECT {columns} FROM {table} ORDER BY ALL"
    ).fetchall()
    return found


def by_its_own_reader(root: Path, columns: list[str]) -> list[tuple[object, ...]]:
    rows = DeltaTable(root).to_pyarrow_table().select(columns).to_pylist()
    return sorted((tuple(row[name] for name in columns) for row in rows), key=lambda row: [(v is None, v) for v in row])


def test_removed_files_do_not_count(folder: Folder) -> None:
    root = folder.path / "sales"
    write_deltalake(root, pa.table({"n": list(range(30))}))
    write_deltalake(root, pa.table({"n": [1, 2, 3]}), mode="overwrite")
    DeltaTable(root).delete("n = 2")
    catalog = folder.read()
    assert (names(catalog), catalog.warnings) == (["sales"], ())
    assert contents(folder, "sales", "n") == by_its_own_reader(root, ["n"]) == [(1,), (3,)]
    assert column(catalog, "sales", "n").maximum == "3"
    (told,) = (table.as_of for table in catalog.tables)
    written = datetime.fromtimestamp(DeltaTable(root).history(1)[0]["timestamp"] / 1000, UTC)
    assert told == f"version 2 of {written:%Y-%m-%d %H:%M:%S} UTC"


def test_partitions_have_the_logs_types_and_new_columns_are_null_before(folder: Folder) -> None:
    root = folder.path / "sales"
    write_deltalake(root, pa.table({"k": ["1", "2", None], "y": [1, 2, 3], "n": [1, 2, 3]}), partition_by=["k", "y"])
    added = pa.table({"k": ["007"], "y": [1], "n": [4], "x": ["a"]})
    write_deltalake(root, added, mode="append", schema_mode="merge")
    catalog = folder.read()
    assert (column(catalog, "sales", "k").type, column(catalog, "sales", "y").type) == ("VARCHAR", "BIGINT")
    order = ["n", "k", "y", "x"]
    assert contents(folder, "sales", ", ".join(order)) == by_its_own_reader(root, order)


def test_what_the_files_do_not_say_by_themselves_is_refused(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    root = folder.path / "sales"
    write_deltalake(root, pa.table({"n": [1]}))
    log = root / "_delta_log" / "00000000000000000000.json"
    log.write_text(log.read_text().replace('"configuration":{}', '"configuration":{"delta.columnMapping.mode":"name"}'))
    assert "columnMapping" in log.read_text()
    catalog = folder.read()
    assert names(catalog) == ["good"]
    (warning,) = catalog.warnings
    assert "column mapping" in warning


def test_a_folder_within_a_table_is_refused(folder: Folder) -> None:
    root = folder.path / "sales"
    write_deltalake(root, pa.table({"year": [2020], "n": [1]}), partition_by=["year"])
    with pytest.raises(CatalogError, match=f"lies within {root}, which is a Delta table"):
        Folder(root / "year=2020", folder._connection).read()


def test_a_missing_file_leaves_the_table_out(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    write_deltalake(folder.path / "sales", pa.table({"n": [1]}))
    (file,) = (folder.path / "sales").glob("*.parquet")
    file.unlink()
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert file.name in catalog.warnings[0]


def test_the_log_says_which_columns_there_are_and_of_what_type(folder: Folder) -> None:
    """Not the files: writers keep columns of their own in them, leave out those of old rows, and the moments of some
    have no zone."""
    root = folder.path / "sales"
    moment = datetime(2024, 7, 1, 12, tzinfo=UTC)
    write_deltalake(root, pa.table({"n": pa.array([1], pa.int32()), "moment": [moment], "old": ["x"]}))
    (file,) = root.glob("*.parquet")
    own = {"_change_type": ["insert"], "moment": [moment.replace(tzinfo=None)], "n": pa.array([1], pa.int32())}
    pq.write_table(pa.table(own), file)
    catalog = folder.read()
    (table,) = catalog.tables
    kinds = {one.name: one.type for one in table.columns}
    assert kinds == {"n": "INTEGER", "moment": "TIMESTAMP WITH TIME ZONE", "old": "VARCHAR"}
    assert column(catalog, "sales", "moment").minimum == "2024-07-01 12:00:00+00"
    assert contents(folder, "sales", "n, epoch(moment), old") == [(1, moment.timestamp(), None)]
    assert catalog.warnings == ()


def test_moments_with_a_zone_and_without_one_are_one_column(folder: Folder) -> None:
    root = folder.path / "sales"
    for _ in range(2):
        write_deltalake(root, pa.table({"moment": [datetime(2024, 7, 1, 12, tzinfo=UTC)]}), mode="append")
    pq.write_table(pa.table({"moment": [datetime(2024, 7, 1, 13)]}), next(root.glob("*.parquet")))
    assert names(folder.read()) == ["sales"]
    assert contents(folder, "sales", "hour(moment AT TIME ZONE 'UTC')") == [(12,), (13,)]


def test_features_that_this_does_not_know_are_refused(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    root = folder.path / "sales"
    write_deltalake(root, pa.table({"day": pa.array([datetime(2024, 7, 1)], pa.timestamp("us"))}))
    log = root / "_delta_log" / "00000000000000000000.json"
    log.write_text(log.read_text().replace('["timestampNtz"]', '["variantType","timestampNtz"]'))
    assert "variantType" in log.read_text()
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert "a reader that knows variantType" in catalog.warnings[0]
