# ruff: noqa: E501 (a table of cases, one to a line)
"""Parts of one table whose columns differ: every value is read as it is, or what cannot meet is said."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.harness.data.folders import Folder, column, names

BIG = 2**53 + 1


def write_arrow(folder: Folder, name: str, **columns: pa.Array) -> Path:
    file = folder.path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), file)
    return file


@pytest.mark.parametrize(
    ("parts", "kind", "texts"),
    [
        (["45::BIGINT", "9.99::DOUBLE"], "DOUBLE", ["45.0", "9.99"]),
        (["1.5::FLOAT", "16777217"], "DOUBLE", ["1.5", "16777217.0"]),
        (["1.5::FLOAT", "7::SMALLINT"], "FLOAT", ["1.5", "7.0"]),
        (["DATE '2020-01-01'", "TIMESTAMP '2020-01-02 03:04:05'"], "TIMESTAMP", ["2020-01-01 00:00:00", "2020-01-02 03:04:05"]),
        (["123.4::DECIMAL(4,1)", "1234.56::DECIMAL(6,2)"], "DECIMAL(6,2)", ["1234.56", "123.40"]),
        (["1::INTEGER", "5000000000::BIGINT"], "BIGINT", ["1", "5000000000"]),
        (["4000000000::UINTEGER", "-1::INTEGER"], "BIGINT", ["-1", "4000000000"]),
        (["18446744073709551615::UBIGINT", "-1::BIGINT"], "HUGEINT", ["-1", "18446744073709551615"]),
        (["NULL::INTEGER", "'007'"], "VARCHAR", ["007", None]),
        (["7", "'007'"], "VARCHAR", ["007", "7"]),
        (["5::BIGINT", "1.25::DECIMAL(18,2)"], "DECIMAL(21,2)", ["1.25", "5.00"]),
        (["1.5::DOUBLE", "1.10::DECIMAL(18,2)"], "DOUBLE", ["1.1", "1.5"]),
        (["[1::INTEGER]", "[1.5::DOUBLE]"], "DOUBLE[]", ["[1.0]", "[1.5]"]),
        (["[1::INTEGER]", "['007']"], "VARCHAR[]", ["[007]", "[1]"]),
        (["{'a': 1}", "{'a': 1.5::DOUBLE, 'b': 'x'}"], "STRUCT(a DOUBLE, b VARCHAR)", ["{'a': 1.0, 'b': NULL}", "{'a': 1.5, 'b': x}"]),
        (["map {'k': 1}", "map {'k': 1.5::DOUBLE}"], "MAP(VARCHAR, DOUBLE)", ["{k=1.0}", "{k=1.5}"]),
        (["TIMESTAMP '2020-01-01'", "'2020-01-01 00:00:00.000000001'::TIMESTAMP_NS"], "TIMESTAMP_NS", ["2020-01-01 00:00:00", "2020-01-01 00:00:00.000000001"]),
    ],
)  # fmt: skip
def test_parts_of_two_types_meet_in_one_that_holds_all(
    folder: Folder, parts: list[str], kind: str, texts: list[str | None]
) -> None:
    for order in (parts, parts[::-1]):
        for number, part in enumerate(order):
            folder.write(f"t/{number}.parquet", f"SELECT {part} AS v")
        folder._connection.execute("DROP VIEW IF EXISTS t")
        catalog = folder.read()
        described = folder.rows("DESCRIBE t")[0][1]
        assert str(described).replace('"', "") == kind
        assert column(catalog, "t", "v").type.replace('"', "") == kind
        assert sorted((row[0] for row in folder.rows("SELECT v::VARCHAR FROM t")), key=str) == sorted(texts, key=str)


@pytest.mark.parametrize(
    ("parts", "labels"),
    [
        (["true", "7"], ["v_boolean", "v_integer"]),
        ([f"{BIG}::BIGINT", "0.5::DOUBLE"], ["v_double", "v_bigint"]),
        (["{'a': 1}", "7"], ["v_struct", "v_integer"]),
        (["TIMESTAMP '2020-01-01'", "TIMESTAMPTZ '2020-01-01 00:00:00+00'"], ["v_timestamp", "v_timestamp_with_time_zone"]),
        (["TIMESTAMP '9999-12-31'", "'2020-01-01 00:00:00.000000001'::TIMESTAMP_NS"], ["v_timestamp", "v_timestamp_ns"]),
    ],
)  # fmt: skip
def test_where_no_type_holds_both_the_column_is_split_and_no_value_is_lost(
    folder: Folder, parts: list[str], labels: Sequence[str]
) -> None:
    files = [
        folder.write(f"t/{number}.parquet", f"SELECT {part} AS v, {number} AS n") for number, part in enumerate(parts)
    ]
    catalog = folder.read()
    (table,) = catalog.tables
    assert {one.name for one in table.columns} == {*labels, "n"}
    assert folder.rows("SELECT count(*), sum(n) FROM t") == [(2, 1)]
    for part in parts:
        assert folder.rows(
            f"SELECT count(*) FROM t WHERE {' OR '.join(f'{label}::VARCHAR = ({part})::VARCHAR' for label in labels)}",
        ) == [(1,)]
    (warning,) = catalog.warnings
    assert all(str(file) in warning for file in files)
    assert "v is" in warning
    assert all(label in warning for label in labels)


@pytest.mark.parametrize("nested", [False, True])
def test_moments_that_nanoseconds_may_not_hold_are_split_where_nothing_tells(folder: Folder, nested: bool) -> None:
    """Footers tell nothing of what is in lists, nor where the writer has left it out."""
    for number, unit in enumerate(("us", "ns")):
        moments = pa.array([datetime(1500 if unit == "us" else 2020, 1, 1)], pa.timestamp(unit))
        values = pa.ListArray.from_arrays(pa.array([0, 1]), moments) if nested else moments
        file = write_arrow(folder, f"t/{number}.parquet", v=values)
        pq.write_table(pa.table({"v": values}), file, write_statistics=False)
    folder.read()
    assert folder.rows("SELECT COLUMNS(*)::VARCHAR FROM t ORDER BY ALL NULLS LAST") == [
        ("['1500-01-01 00:00:00']" if nested else "1500-01-01 00:00:00", None),
        (None, "['2020-01-01 00:00:00']" if nested else "2020-01-01 00:00:00"),
    ]


def test_columns_of_nothing_take_the_others_type(folder: Folder) -> None:
    write_arrow(folder, "t/0.parquet", v=pa.nulls(2), l=pa.array([[], []], pa.list_(pa.null())))
    write_arrow(folder, "t/1.parquet", v=pa.array(["007"]), l=pa.array([["x"]]))
    catalog = folder.read()
    assert [one.type for one in catalog.tables[0].columns] == ["VARCHAR", "VARCHAR[]"]
    assert folder.rows("SELECT v, l FROM t ORDER BY v NULLS LAST") == [("007", ["x"]), (None, []), (None, [])]
    assert column(catalog, "t", "v").nulls == 2


def test_extremes_and_values_cover_all_parts_whatever_their_letters(folder: Folder) -> None:
    folder.write("t/0.parquet", "SELECT 45 AS Amount, 'x' AS Name")
    folder.write("t/1.parquet", "SELECT 9.99::DOUBLE AS amount, 'y' AS name")
    catalog = folder.read()
    amount = column(catalog, "t", "Amount")
    assert (amount.minimum, amount.maximum, amount.nulls) == ("9.99", "45.0", 0)
    assert column(catalog, "t", "Name").values == ("x", "y")
    assert folder.rows("SELECT sum(amount) FROM t") == [(54.99,)]


def test_a_column_that_a_part_lacks_is_null_there(folder: Folder) -> None:
    folder.write("t/0.parquet", "SELECT 1 AS a FROM range(3)")
    folder.write("t/1.parquet", "SELECT 'z' AS b, 2 AS a")
    catalog = folder.read()
    assert folder.rows("SELECT a, b FROM t ORDER BY a, b") == [(1, None)] * 3 + [(2, "z")]
    assert column(catalog, "t", "b").nulls == 3
    assert catalog.warnings == ()


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (("1", "2", None), "BIGINT", [1, 2, None]),
        (("2020-01-01", None), "DATE", ["2020-01-01", None]),
        (("a", None), "VARCHAR", ["a", None]),
        (("7", "007"), "VARCHAR", ["007", "7"]),
        (("1.5", "2"), "VARCHAR", ["1.5", "2"]),
        ((None,), "VARCHAR", [None]),
    ],
)
def test_a_hive_key_without_a_value_is_null(
    folder: Folder, values: tuple[str | None, ...], kind: str, expected: list[object]
) -> None:
    for value in values:
        folder.write(f"t/k={value or '__HIVE_DEFAULT_PARTITION__'}/a.parquet", "SELECT 1 AS n")
    catalog = folder.read()
    key = column(catalog, "t", "k")
    assert (key.type, key.nulls) == (kind, sum(value is None for value in values))
    found = [row[0] for row in folder.rows("SELECT k FROM t ORDER BY k NULLS LAST")]
    assert [value if isinstance(value, int) or value is None else str(value) for value in found] == expected


def test_files_beside_a_tree_have_no_key(folder: Folder) -> None:
    folder.write("t/k=1/a.parquet", "SELECT 1 AS n")
    folder.write("t/k=1/j=x/a.parquet", "SELECT 2 AS n")
    assert names(folder.read()) == ["t"]
    assert folder.rows("SELECT n, k, j FROM t ORDER BY n") == [(1, 1, None), (2, 1, "x")]


def test_a_type_takes_no_longer_to_write_the_deeper_it_is(folder: Folder) -> None:
    deep = 60
    folder.write("t.parquet", "SELECT " + "{'a': " * deep + "1" + "}" * deep + " AS v")
    folder.put("u.jsonl", '{"a":' * deep + "1" + "}" * deep + "\n")
    assert {one.name: one.columns[0].type.count("STRUCT") for one in folder.read().tables} == {"t": deep, "u": deep - 1}


@pytest.mark.parametrize("deep", [102, 400, 5000])
def test_what_is_nested_too_deep_takes_no_other_table_with_it(folder: Folder, deep: int) -> None:
    if deep < 200:
        folder.write("t.parquet", "SELECT " + "[" * deep + "1" + "]" * deep + " AS v")
    folder.put("u.jsonl", '{"a":' * deep + "1" + "}" * deep + "\n")
    folder.put("good.csv", "n\n1\n")
    catalog = folder.read()
    assert names(catalog) == ["good"]
    assert all("is left out" in warning for warning in catalog.warnings)
    assert "nested more than 100 levels deep" in catalog.warnings[0] or deep == 400, "the engine has its own words"
