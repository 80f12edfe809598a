"""What a folder of Parquet files is taken for: files, folders of parts, trees."""

import re
from pathlib import Path

import duckdb
import pytest

from agent_worker.catalog.files.layout import CatalogError, fingerprint
from agent_worker.catalog.names import table_names
from agent_worker.catalog.reader import read_catalog
from tests.harness.data.folders import Folder, column, names


def test_a_file_a_folder_of_parts_and_a_tree_each_become_a_table(folder: Folder) -> None:
    folder.write("single.parquet", "SELECT 1 AS a")
    folder.write("parts/x.parquet", "SELECT range AS a FROM range(10)")
    folder.write("parts/y.parquet", "SELECT range + 10 AS a FROM range(10)")
    folder.write("tree/year=2012/month=1/a.parquet", "SELECT 1.5::DECIMAL(4,2) AS price")
    folder.write("tree/year=2013/month=12/a.parquet", "SELECT 20.5::DECIMAL(4,2) AS price")
    catalog = folder.read()
    assert names(catalog) == ["parts", "single", "tree"]
    parts, _, tree = catalog.tables
    assert (parts.row_count, len(parts.files), parts.sql) == (20, 2, "")
    assert (column(catalog, "parts", "a").minimum, column(catalog, "parts", "a").maximum) == ("0", "19")
    assert tree.partitions == ("year", "month")
    month = column(catalog, "tree", "month")
    assert (month.type, month.minimum, month.maximum, month.distinct) == ("BIGINT", "1", "12", 2)
    price = column(catalog, "tree", "price")
    assert (price.type, price.minimum, price.maximum) == ("DECIMAL(4,2)", "1.50", "20.50")


def test_a_tree_at_the_top_is_named_after_its_folder(folder: Folder) -> None:
    folder.write("year=2012/a.parquet", "SELECT 1 AS n")
    folder.write("year=2013/a.parquet", "SELECT 2 AS n")
    (table,) = folder.read().tables
    assert (table.name, table.partitions, table.row_count) == ("shop", ("year",), 2)


def test_parts_with_different_columns_are_put_together_by_name(folder: Folder) -> None:
    folder.write("parts/a.parquet", "SELECT 1 AS n")
    folder.write("parts/b.parquet", "SELECT 2 AS n, 'x' AS extra")
    catalog = folder.read()
    assert catalog.tables[0].sql
    assert [column.name for column in catalog.tables[0].columns] == ["n", "extra"]


def test_names_become_valid_and_different(folder: Folder) -> None:
    for name in ("order", "2 big-files", "a b", "a-b", "A_B"):
        folder.write(f"{name}.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert sorted(names(catalog)) == ["A_B", "a_b_2", "a_b_3", "order_", "t_2_big_files"]
    assert len(catalog.warnings) == 4
    for table in catalog.tables:
        assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", table.name)


def test_names_that_are_taken_count_on() -> None:
    assert table_names(["x", "X", "x_2", "x"], frozenset())[0] == ["x", "X_2", "x_2_2", "x_3"]
    assert table_names(["", "-"], frozenset())[0] == ["table", "table_2"]


@pytest.mark.parametrize("content", [b"", b"hello", b"PAR1" + bytes(100) + b"PAR1"])
def test_a_damaged_file_is_named_and_the_others_live_on(folder: Folder, content: bytes) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write("parts/a.parquet", "SELECT 1 AS n")
    (folder.path / "bad.parquet").write_bytes(content)
    (folder.path / "parts" / "b.parquet").write_bytes(content)
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert any("bad.parquet" in warning for warning in catalog.warnings)
    assert any("parts" in warning for warning in catalog.warnings)


def test_damaged_pages_are_named_and_the_footer_still_counts(folder: Folder) -> None:
    file = folder.write("t.parquet", "SELECT 'text ' || range AS s FROM range(100000)")
    folder.write("u.parquet", "SELECT 1 AS n")
    content = bytearray(file.read_bytes())
    content[1000:20000] = bytes(19000)
    file.write_bytes(content)
    catalog = folder.read()
    table = catalog.table("t")
    assert table is not None
    assert table.row_count == 100_000
    assert any("t.parquet" in warning for warning in catalog.warnings)


def test_hidden_unfinished_foreign_and_unnameable_files_are_left_out(folder: Folder, tmp_path: Path) -> None:
    folder.write("good.parquet", "SELECT 1 AS n")
    folder.write("_temporary/0/part.parquet", "SELECT 1 AS n")
    folder.write(".hidden.parquet", "SELECT 1 AS n")
    folder.write("a[1].parquet", "SELECT 1 AS n")
    Folder(tmp_path, folder._connection).write("elsewhere.parquet", "SELECT 1 AS n")
    (folder.path / "link.parquet").symlink_to(tmp_path / "elsewhere.parquet")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert [warning for warning in catalog.warnings if "pattern" in warning and "a[1].parquet" in warning]
    assert [warning for warning in catalog.warnings if "link" in warning]


def test_a_missing_or_empty_folder_is_a_clear_error(folder: Folder, tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="holds no usable"):
        folder.read()
    with pytest.raises(CatalogError, match="is not a folder"):
        read_catalog(tmp_path / "nowhere", connection=folder._connection)
    (folder.path / "bad.parquet").write_bytes(b"x")
    with pytest.raises(CatalogError, match=r"bad\.parquet"):
        folder.read()


def test_many_wide_files_are_read_in_bounded_time(folder: Folder) -> None:
    columns = ", ".join(f"range * {i} AS c{i}" for i in range(200))
    first = folder.write("wide/000.parquet", f"SELECT {columns} FROM range(10)")
    for part in range(1, 100):
        (folder.path / f"wide/{part:03}.parquet").write_bytes(first.read_bytes())
    catalog = folder.read()
    assert (catalog.tables[0].row_count, len(catalog.tables[0].columns)) == (1000, 200)
    assert column(catalog, "wide", "c199").maximum == str(9 * 199)


def test_the_fingerprint_tells_when_to_read_again(folder: Folder) -> None:
    folder.write("a.parquet", "SELECT 1 AS n")
    seen = {fingerprint(folder.path)}
    assert fingerprint(folder.path) in seen
    for change in (
        lambda: folder.write("b.parquet", "SELECT 1 AS n"),
        lambda: folder.write("b.parquet", "SELECT 1 AS n, 2 AS m"),
        lambda: (folder.path / "deadstop.toml").write_text("notes = 'x'"),
        lambda: (folder.path / "a.parquet").unlink(),
    ):
        change()
        now = fingerprint(folder.path)
        assert now not in seen
        seen.add(now)


def test_letters_of_any_script_stay_in_a_name(folder: Folder) -> None:
    folder.write("aufträge größe.parquet", "SELECT 7 AS größe")
    assert names(folder.read()) == ["aufträge_größe"]
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE aufträge_größe AS SELECT 7 AS größe")
        assert connection.execute("SELECT größe FROM aufträge_größe").fetchall() == [(7,)]
