"""The picture that fits a result of a statement that a person typed."""

from typing import Any

import pytest

from agent_worker.agents.parquet.charts.fitting import MAX_COLORS, fitting_chart
from agent_worker.agents.parquet.charts.spec import MAX_BARS, MAX_POINTS
from agent_worker.plan import ChartHint
from bus.contract.events import Column

DAYS = [("2024-01-01", 1), ("2024-01-02", 2)]


def columns(**kinds: str) -> list[Column]:
    return [Column(name, kind) for name, kind in kinds.items()]


@pytest.mark.parametrize(
    ("kinds", "rows", "hint"),
    [
        ({"day": "DATE", "n": "BIGINT"}, DAYS, ChartHint("line", "day", "n")),
        ({"n": "DECIMAL(9,2)", "at": "TIMESTAMP"}, [(1, "a"), (2, "b")], ChartHint("line", "at", "n")),
        ({"region": "VARCHAR", "n": "DOUBLE"}, [("North", 1.0), (None, 2.0)], ChartHint("bar", "region", "n")),
        ({"month": "BIGINT", "avg_delay": "DOUBLE"}, [(1, 1.0), (2, 2.0)], ChartHint("line", "month", "avg_delay")),
        ({"hour": "BIGINT", "n": "BIGINT"}, [(1, 1), (2, 2)], ChartHint("bar", "hour", "n")),
        (
            {"day": "DATE", "n": "BIGINT", "region": "VARCHAR"},
            [("2024-01-01", 1, "North"), ("2024-01-01", 2, "South")],
            ChartHint("line", "day", "n", "region"),
        ),
    ],
)
def test_figures_by_what_stands_beside_them(
    kinds: dict[str, str], rows: list[tuple[Any, ...]], hint: ChartHint
) -> None:
    assert fitting_chart(columns(**kinds), rows, len(rows)) == hint


@pytest.mark.parametrize(
    ("kinds", "rows"),
    [
        ({"region": "VARCHAR", "n": "BIGINT"}, [("North", 1)]),  # one bar says nothing
        ({"region": "VARCHAR", "n": "BIGINT"}, [("North", 1), ("North", 2)]),  # rows, not groups
        ({"region": "VARCHAR", "n": "BIGINT", "m": "BIGINT"}, [("North", 1, 2), ("South", 2, 3)]),
        ({"id": "BIGINT", "n": "BIGINT"}, [(1, 1), (2, 2)]),
        ({"name": "VARCHAR", "zip": "BIGINT"}, [("a", 1), ("b", 2)]),
        ({"name": "VARCHAR", "marks": "BIGINT[]"}, [("a", [1]), ("b", [2])]),
        ({"a": "VARCHAR", "b": "VARCHAR", "n": "BIGINT"}, [("a", "x", 1), ("b", "x", 2)]),
        ({"n": "BIGINT"}, [(1,), (2,)]),
    ],
)
def test_no_picture_where_it_is_not_plain(kinds: dict[str, str], rows: list[tuple[Any, ...]]) -> None:
    assert fitting_chart(columns(**kinds), rows, len(rows)) is None


def test_no_picture_of_more_than_can_be_told_apart() -> None:
    names = [(f"n{i}", i) for i in range(MAX_BARS + 1)]
    assert fitting_chart(columns(name="VARCHAR", n="BIGINT"), names, len(names)) is None
    assert fitting_chart(columns(day="DATE", n="BIGINT"), DAYS, MAX_POINTS + 1) is None
    colours = [("2024-01-01", i, f"c{i}") for i in range(MAX_COLORS + 1)]
    assert fitting_chart(columns(day="DATE", n="BIGINT", c="VARCHAR"), colours, len(colours)) is None
