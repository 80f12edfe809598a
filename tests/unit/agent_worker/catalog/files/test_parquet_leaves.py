"""What a schema says and the engine's types do not: it is said, and nothing is taken for what it is not."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.harness.data.folders import Folder, column, names

MOMENT = datetime.datetime(2020, 1, 2, 3, 4, 5)


def write(folder: Folder, name: str, columns: "dict[str, pa.Array] | pa.Table", **options: Any) -> Path:
    file = folder.path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), file, **options)
    return file


def test_decimals_beyond_the_engines_are_left_out_and_never_rounded(folder: Folder) -> None:
    wide, narrow = pa.decimal256(50, 2), pa.decimal256(30, 2)
    one = pa.array([1])
    write(folder, "t/1.parquet", {"d": pa.array([Decimal("1.10")], wide), "n": one})
    write(folder, "t/2.parquet", {"d": pa.array([Decimal("1.10")], narrow), "n": one})
    write(folder, "nested.parquet", {"n": one, "l": pa.array([[Decimal("1.10")]], pa.list_(wide)), "m": one})
    write(folder, "alone.parquet", {"d": pa.array([Decimal("1.10")], wide)})
    write(folder, "fits.parquet", {"d": pa.array([Decimal("1.10")], narrow)})
    catalog = folder.read()
    assert [[one.name for one in table.columns] for table in catalog.tables] == [["d"], ["n", "m"], ["n"]]
    assert folder.rows("SELECT d::VARCHAR FROM fits") == [("1.10",)]
    assert folder.rows("SELECT * FROM nested") == [(1, 1)]
    said = "\n".join(catalog.warnings)
    assert "Table alone is left out" in said
    assert said.count("have up to 50 digits, and the engine keeps 38 at most") == 3


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.duration("us"), 7),
        (pa.list_(pa.duration("us")), [7]),
        (pa.map_(pa.string(), pa.struct([("a", pa.duration("us"))])), [("k", {"a": 7})]),
    ],
)
def test_durations_say_their_unit(folder: Folder, kind: pa.DataType, value: Any) -> None:
    write(folder, "t.parquet", {"d": pa.array([value], kind), "n": pa.array([7])})
    assert folder.read().warnings == (
        f"Table t: {folder.path.resolve()}/t.parquet: column d holds durations in microseconds, as whole numbers.",
    )


def test_durations_of_two_units_do_not_meet(folder: Folder) -> None:
    write(
        folder, "t/1.parquet", {"d": pa.array([1], pa.duration("us")), "l": pa.array([[1]], pa.list_(pa.duration("s")))}
    )
    write(folder, "t/2.parquet", {"d": pa.array([1000, 5], pa.duration("ns")), "l": pa.array([[1], []])})
    write(folder, "t/3.parquet", {"d": pa.nulls(1), "l": pa.nulls(1)})
    catalog = folder.read()
    assert [one.name for one in catalog.tables[0].columns] == ["d_microseconds", "d_nanoseconds", "l_list", "l_list_2"]
    assert folder.rows("SELECT sum(d_microseconds), sum(d_nanoseconds), count(*) FROM t") == [(1, 1005, 4)]
    assert "BIGINT of nanoseconds" in "\n".join(catalog.warnings)


def test_columns_that_are_called_alike_are_never_taken_for_each_other(folder: Folder) -> None:
    one, two = pa.array([1]), pa.array([2])
    write(folder, "swapped/1.parquet", {"a": one, "A": two})
    write(folder, "swapped/2.parquet", {"A": two, "a": one})
    write(folder, "within/1.parquet", {"s": pa.array([{"a": 1, "A": 2}])})
    write(folder, "within/2.parquet", {"s": pa.array([{"A": 2, "a": 1}])})
    write(folder, "same/1.parquet", {"a": one, "A": two})
    write(folder, "same/2.parquet", {"a": one, "A": two})
    write(folder, "twice.parquet", pa.Table.from_arrays([one, two], names=["a", "a"]))
    catalog = folder.read()
    assert names(catalog) == ["same", "twice"]
    assert folder.rows("SELECT sum(a), sum(a_1) FROM same") == [(2, 4)]
    said = "\n".join(catalog.warnings)
    assert "Table swapped is left out" in said
    assert "Table within is left out" in said
    assert "two of its columns are called a" in said


def test_times_that_the_engine_cuts_are_said(folder: Folder) -> None:
    write(folder, "t.parquet", {"m": pa.array([MOMENT], pa.timestamp("ns"))}, use_deprecated_int96_timestamps=True)
    assert "column m is INT96, of which the engine reads whole microseconds" in folder.read().warnings[0]


def test_moments_with_a_zone_meet_in_the_finer_unit(folder: Folder) -> None:
    write(folder, "t/1.parquet", {"m": pa.array([1], pa.timestamp("ns", "UTC"))})
    write(folder, "t/2.parquet", {"m": pa.array([MOMENT], pa.timestamp("us", "UTC"))})
    write(folder, "far/1.parquet", {"m": pa.array([1], pa.timestamp("ns", "UTC"))})
    write(folder, "far/2.parquet", {"m": pa.array([MOMENT.replace(year=3000)], pa.timestamp("us", "UTC"))})
    catalog = folder.read()
    assert column(catalog, "t", "m").type == "TIMESTAMPTZ_NS"
    assert folder.rows("SELECT epoch_ns(m) FROM t ORDER BY m") == [(1,), (1577934245000000000,)]
    assert len(catalog.tables[0].columns) == 2


def test_extremes_are_exact_however_many_digits_there_are(folder: Folder) -> None:
    whole, fraction = "1234567890123456789012345678901234567", "1.234567890123456789012345678901234567"
    numbers = {
        "w": pa.array([Decimal(whole + "1"), Decimal(whole + "8"), Decimal(1)], pa.decimal128(38, 0)),
        "f": pa.array([Decimal(f"-{fraction}1"), Decimal(f"-{fraction}8"), Decimal("-1.2")], pa.decimal128(38, 37)),
    }
    write(folder, "t.parquet", numbers, row_group_size=1)
    catalog = folder.read()
    assert column(catalog, "t", "w").maximum == f"{whole}8"
    assert column(catalog, "t", "f").minimum == f"-{fraction}8"


def test_extremes_of_float_are_those_of_the_double_that_it_becomes(folder: Folder) -> None:
    folder.write("t/1.parquet", "SELECT 0.1::FLOAT AS v")
    folder.write("t/2.parquet", "SELECT 0.05::DOUBLE AS v")
    assert column(folder.read(), "t", "v").maximum == "0.10000000149011612"
