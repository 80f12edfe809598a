"""Totals are taken where they make sense, and no type of column stops an answer."""

import datetime

import pyarrow as pa
import pytest

from agent_worker.llm import PreviewBuilder
from bus.contract.events import Column


@pytest.mark.parametrize(
    ("values", "extremes"),
    [
        (pa.array([3, 1, None]), (1, 3)),
        (
            pa.array([datetime.date(2013, 1, 2), datetime.date(2013, 1, 1)]),
            (datetime.date(2013, 1, 1), datetime.date(2013, 1, 2)),
        ),
        (pa.array(["b", "a"]), (None, None)),
        (pa.array([pa.MonthDayNano([1, 2, 3])], pa.month_day_nano_interval()), (None, None)),
        (pa.array([[1], [2]]), (None, None)),
    ],
)
def test_each_type_has_the_extremes_that_it_can_have(values: pa.Array, extremes: tuple[object, object]) -> None:
    builder = PreviewBuilder((Column("v", str(values.type)),))
    builder.add(pa.record_batch([values], names=["v"]))
    totals = builder.build().totals[0]
    assert (totals.minimum, totals.maximum) == extremes
