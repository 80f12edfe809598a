"""Delta tables are what their own reader says they are, not what lies in their folder."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from tests.harness.folders import Folder, column, names


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


def test_a_missing_file_leaves_the_table_out(folder: Folder) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    write_deltalake(folder.path / "sales", pa.table({"n": [1]}))
    (file,) = (folder.path / "sales").glob("*.parquet")
    file.unlink()
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert file.name in catalog.warnings[0]
