"""Keys in folders' names: as they are written, or their table is left out with the reason."""

import pytest

from tests.harness.data.folders import Folder, column, names


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        (["-1", "2"], "BIGINT", ["-1", "2"]),
        (["01", "12"], "BIGINT", ["1", "12"]),
        (["02134", "90210"], "VARCHAR", ["02134", "90210"]),
        (["7", "007"], "VARCHAR", ["007", "7"]),
        (["a%2Fb", "100%25", "a%3Db", "%C3%A9"], "VARCHAR", ["100%", "a/b", "a=b", "é"]),
        (["a'b", 'a"b'], "VARCHAR", ['a"b', "a'b"]),
        (["2020-01-02 03%3A04%3A05"], "TIMESTAMP", ["2020-01-02 03:04:05"]),
        (["9223372036854775808", "1"], "VARCHAR", ["1", "9223372036854775808"]),
        (["", "x"], "VARCHAR", ["", "x"]),
    ],
)
def test_keys_are_read_as_they_are_written(folder: Folder, values: list[str], kind: str, read: list[str]) -> None:
    for at, value in enumerate(values):
        folder.write(f"t/k={value}/a.parquet", f"SELECT {at} AS n")
    assert column(folder.read(), "t", "k").type == kind
    assert folder.rows("SELECT k::VARCHAR FROM t ORDER BY k") == [(text,) for text in read]


@pytest.mark.parametrize(
    ("path", "reason"),
    [("k=x=y", "two ="), ("k=1/k=2", "stands twice"), ("K=1/k=2", "stands twice"), ("k=%E9", "UTF-8")],
)
def test_keys_that_the_engine_misreads_leave_the_table_out(folder: Folder, path: str, reason: str) -> None:
    folder.write(f"t/{path}/a.parquet", "SELECT 1 AS n")
    folder.put(f"text/{path}/a.csv", "n\n1\n")
    folder.put("good.csv", "n\n1\n")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert sum(reason in warning for warning in catalog.warnings) == 2


def test_a_key_in_the_path_of_the_folder_is_none_of_its_tables(folder: Folder) -> None:
    folder.path = folder.path / "region=north"
    folder.write("t/k=1/a.parquet", "SELECT 1 AS n")
    folder.write("u/region=south/a.parquet", "SELECT 1 AS n")
    folder.write("plain.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    assert names(catalog) == ["plain", "t"]
    assert folder._connection.sql("FROM t").columns == ["n", "k"]
    assert "the key region stands twice" in catalog.warnings[0]


def test_a_column_with_the_name_of_a_key_is_said_where_it_holds_something_else(folder: Folder) -> None:
    folder.write("same/k=01/a.parquet", "SELECT 1 AS k, 5 AS n")
    folder.write("same/k=02/a.parquet", "SELECT 2 AS k, 6 AS n")
    folder.write("other/k=1/a.parquet", "SELECT 9 AS k, 5 AS n")
    folder.write("nulls/k=1/a.parquet", "SELECT NULL::INTEGER AS k, 5 AS n")
    told = "is not read: what the folders' names say of it is taken, and the files may say otherwise"
    assert sorted(folder.read().warnings) == [
        f"Table {name}: {folder.path / name}/k=1/a.parquet: column k {told}." for name in ("nulls", "other")
    ]
    assert folder.rows("SELECT k FROM other") == [(1,)]
