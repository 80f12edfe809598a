"""Which chart fits a result of a statement that a person typed, for which no model has proposed one."""

import re
from collections.abc import Sequence
from typing import Any

from agent_worker.agents.parquet.charts.spec import MAX_BARS, MAX_POINTS, NUMERIC, TIMES, WHOLE, is_of
from agent_worker.plan import ChartHint
from bus.contract.events import Column

MAX_COLORS = 8

_TEXTS = ("VARCHAR", "ENUM", "BOOLEAN")
_COUNTED_TIME = re.compile(r"(^|[_\s.-])(year|quarter|month|week|day)$", re.IGNORECASE)
_ROUND_TIME = re.compile(r"(^|[_\s.-])(hour|weekday|dow)$", re.IGNORECASE)
"""Parts of time that begin again: a line over them would join the last to the first."""
_NAMES_A_THING = re.compile(r"(^|[_\s.-])(id|key|code|no|num|number|zip|year|lat|lon)$", re.IGNORECASE)


def fitting_chart(columns: Sequence[Column], rows: Sequence[Sequence[Any]], row_count: int) -> ChartHint | None:
    """Bars over names, a line over time, one in each colour of a second name; None where it is not plain that the
    result is figures by what stands beside them: more columns, two figures, a name or a moment that comes twice.

    `rows` are the first of `row_count`, values as on the wire.
    """
    labels = [at for at, column in enumerate(columns) if _labels(column)]
    figures = [at for at, column in enumerate(columns) if at not in labels and is_of(column, NUMERIC)]
    if len(figures) != 1 or len(labels) + 1 != len(columns) or _NAMES_A_THING.search(columns[figures[0]].name):
        return None
    if not 2 <= row_count <= MAX_POINTS or len({tuple(row[at] for at in labels) for row in rows}) < len(rows):
        return None
    y = columns[figures[0]].name
    times = [at for at in labels if _is_time(columns[at])]
    names = [at for at in labels if at not in times]
    if len(labels) == 1:
        return _over_one(columns[labels[0]], y, row_count)
    if len(times) == 1 and len(names) == 1 and len({row[names[0]] for row in rows}) <= MAX_COLORS:
        return ChartHint("line", columns[times[0]].name, y, columns[names[0]].name)
    return None


def _over_one(label: Column, y: str, row_count: int) -> ChartHint | None:
    if _is_time(label):
        return ChartHint("line", label.name, y)
    return ChartHint("bar", label.name, y) if row_count <= MAX_BARS else None


def _labels(column: Column) -> bool:
    part = is_of(column, WHOLE) and (_COUNTED_TIME.search(column.name) or _ROUND_TIME.search(column.name))
    return bool(part) or is_of(column, (*TIMES, *_TEXTS))


def _is_time(column: Column) -> bool:
    return is_of(column, TIMES) or (is_of(column, WHOLE) and bool(_COUNTED_TIME.search(column.name)))
