"""Totals are taken where they make sense, and no type of column stops an answer."""

from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest

from agent_worker.llm.prompts.preview import PreviewBuilder, Totals, preview_text
from bus.contract.events import Column
from bus.values.logical_types import projection
from tests.values import CASES


def totals_of(*values: pa.Array) -> Totals:
    builder = PreviewBuilder((Column("v", str(values[0].type)),))
    for part in values:
        builder.add(pa.record_batch([part], names=["v"]))
    return builder.build().totals[0]


def dates(*days: int | None) -> pa.Array:
    return pa.array(days, pa.int32()).cast(pa.date32())


@pytest.mark.parametrize(
    ("values", "extremes"),
    [
        ([pa.array([3, 1, None])], (1, 3)),
        ([dates(15_707, None), dates(15_706), dates(None)], ("2013-01-01", "2013-01-02")),
        ([dates(0), dates(-735_000), dates(2**31 - 1)], ("0044-08-22 (BC)", "infinity")),
        ([pa.array([10**18, 1]).cast(pa.timestamp("ns"))], ("1970-01-01T00:00:00.000000001", "2001-09-09T01:46:40")),
        ([pa.array(["b", "a"]), pa.array(["c"])], (None, None)),
        ([pa.array([pa.MonthDayNano([1, 2, 3])], pa.month_day_nano_interval())], (None, None)),
        ([pa.array([[1], [2]])], (None, None)),
        ([pa.array([None, None], pa.int64()), pa.array([None], pa.int64())], (None, None)),
    ],
)
def test_each_type_has_the_extremes_that_it_can_have(values: list[pa.Array], extremes: tuple[object, object]) -> None:
    totals = totals_of(*values)
    assert (totals.minimum, totals.maximum) == extremes


def test_sums_keep_every_digit_or_are_left_out() -> None:
    long = pa.array([Decimal("12345678901234567890123456789.01")], pa.decimal128(38, 2))
    assert totals_of(long, long).total == Decimal("24691357802469135780246913578.02")
    assert totals_of(pa.array([Decimal(6 * 10**37), Decimal(6 * 10**37)], pa.decimal128(38, 0))).total is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_every_type_is_previewed_in_the_first_row_and_in_a_late_one(case: dict[str, str]) -> None:
    with duckdb.connect() as connection:
        relation = connection.sql(f"SELECT {case['sql']} AS v")
        parts = projection(relation.columns, map(str, relation.types))
        values = (relation.project(parts) if parts else relation).to_arrow_reader().read_all()
    batch = values.to_batches()[0]
    builder = PreviewBuilder((Column("v", case["type"]),), max_rows=2)
    for _ in range(4):
        builder.add(batch)
    preview = builder.build()
    assert [row[0] for row in preview.rows] == [case["json"]] * 2
    assert "rows: 4 in all, 2 shown" in preview_text(preview)
