"""The bounded look at a result that the model gets."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa

from agent_worker.llm.prompts.preview import Preview, PreviewBuilder, Totals, preview_text
from bus.contract.events import Column

COLUMNS = (Column("carrier", "VARCHAR"), Column("flights", "BIGINT"))


def batch(names: list[str | None], numbers: list[int | None]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array(names, pa.string()), pa.array(numbers, pa.int64())], ["carrier", "flights"]
    )


def test_rows_are_bounded_and_totals_are_not() -> None:
    builder = PreviewBuilder(COLUMNS, max_rows=3)
    builder.add(batch(["UA", "DL"], [10, None]))
    builder.add(batch(["AA", "B6", None], [-1, 5, 7]))
    preview = builder.build(truncated=True)
    assert preview.rows == (("UA", 10), ("DL", None), ("AA", -1))
    assert (preview.row_count, preview.truncated) == (5, True)
    assert preview.totals == (Totals(1), Totals(1, -1, 10, 21))
    assert preview_text(preview).splitlines() == [
        "columns: carrier VARCHAR, flights BIGINT",
        '["UA",10]',
        '["DL",null]',
        '["AA",-1]',
        "rows: 5 in all, 3 shown; the result was cut off, there are more rows than were read",
        'all rows of carrier: {"nulls":1}',
        'all rows of flights: {"sum":21,"min":-1,"max":10,"nulls":1}',
    ]


def test_empty_result_has_no_totals() -> None:
    preview = PreviewBuilder(COLUMNS).build()
    assert preview_text(preview).splitlines()[1:] == ["rows: 0 in all, 0 shown"]


def test_batches_of_nothing_but_nulls_leave_the_sum_alone() -> None:
    builder = PreviewBuilder(COLUMNS)
    for number in (None, 3, None, 4):
        builder.add(batch(["x"], [number]))
    assert builder.build().totals[1] == Totals(2, 3, 4, 7)


def test_sums_that_would_wrap_are_left_out() -> None:
    builder = PreviewBuilder(COLUMNS)
    builder.add(batch(["a", "b"], [2**62, 2**62]))
    builder.add(batch(["c"], [1]))
    assert builder.build().totals[1] == Totals(0, 1, str(2**62), None)


def test_every_type_can_be_told() -> None:
    values = (Decimal("1.50"), dt.date(2013, 1, 31), float("nan"), b"\x00", [1, None], {"a": 1}, "x" * 500, True)
    columns = tuple(Column(f"c{number}", "T") for number in range(len(values)))
    line = preview_text(Preview(columns, (values,), 1)).splitlines()[1]
    assert line.startswith('["1.50","2013-01-31","nan","AA==",[1,null],{"a":1},"xxx')
    assert line.endswith('xxx…",true]')


def test_text_is_bounded() -> None:
    preview = Preview(COLUMNS, tuple(("x" * 150, number) for number in range(50)), 50, totals=(Totals(0), Totals(0)))
    text = preview_text(preview, limit_chars=1_000)
    assert len(text) < 1_300
    assert "rows: 50 in all, 6 shown" in text
