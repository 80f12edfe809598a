"""The reading of a question in plain words, its title, and the chart that fits."""

from agent_worker.offline.binder.rules.query_ir import OVER, Dimension, QueryIR
from agent_worker.offline.output.sql import outputs
from agent_worker.plan import ChartHint

_MOST_BARS = 120
_SIGNS = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most", "=": "exactly", "!=": "not"}


def reading_words(reading: QueryIR) -> str:
    """How the question was understood, in one sentence."""
    parts = [_subject(reading)]
    if reading.filters:
        parts.append("where " + " and ".join(found.words for found in reading.filters))
    if reading.havings:
        parts.append("with " + " and ".join(_having(*having) for having in reading.havings))
    if order := _order(reading):
        parts.append(order)
    sentence = f"{', '.join(parts)}; from {reading.base}."
    return " ".join([*reading.notes, sentence[0].upper() + sentence[1:]])


def title_of(reading: QueryIR) -> str:
    text = _subject(reading)
    return text[0].upper() + text[1:]


def _subject(reading: QueryIR) -> str:
    dims = " and ".join(dim.words for dim in reading.dims)
    if reading.rows is not None:
        columns = ", ".join(ref.column for ref in reading.rows) or "all columns"
        return f"rows of {reading.base} ({columns})"
    if reading.distinct_rows:
        return f"the different values of {dims}"
    figures = ", ".join(figure.words for figure in reading.figures)
    if reading.count_groups:
        return f"how many {reading.count_groups} there are, by {dims}"
    if reading.over:
        return f"{OVER[reading.over]} over each {dims} of the {figures} ({dims} without any is left out)"
    if reading.share:
        figures = f"{reading.share} of the {figures}"
        if reading.part:
            figures += " where " + " and ".join(found.words for found in reading.part)
    return f"{figures}, by {dims}" if dims else figures


def _having(figure: object, operator: str, number: float) -> str:
    return f"{getattr(figure, 'words', '')} {_SIGNS[operator]} {number:,.15g}"


def _order(reading: QueryIR) -> str:
    if reading.order is None:
        return f"the first {reading.limit}" if reading.limit is not None else ""
    side = "lowest" if reading.direction == "asc" else "highest"
    if reading.limit is None:
        return f"{side} {reading.order.words} first"
    return (
        f"the {reading.limit} with the {side} {reading.order.words}"
        if reading.limit > 1
        else (f"only the one with the {side} {reading.order.words}")
    )


def _crowded(dim: Dimension) -> bool:
    """Whether a group has too many members, or nobody knows how many, to be drawn."""
    if dim.temporal or dim.size is None:
        return False
    return dim.size > _MOST_BARS


def chart_of(reading: QueryIR) -> ChartHint | None:
    """Lines over time, bars over groups, points for two figures; nothing for a single number."""
    if reading.rows is not None or reading.count_groups or reading.over or not reading.dims or not reading.figures:
        return None
    if reading.limit == 1 or len(reading.dims) > 2:
        return None
    if reading.limit is None and any(_crowded(dim) for dim in reading.dims):
        return None
    first, y = reading.dims[0], outputs(reading)[0][1]
    if len(reading.dims) == 2:
        time = next((dim for dim in reading.dims if dim.temporal), None)
        other = next(dim for dim in reading.dims if dim is not time)
        if time is not None:
            return ChartHint("line", time.alias, y, color=other.alias)
        return ChartHint("bar", first.alias, y, color=reading.dims[1].alias)
    if first.temporal:
        return ChartHint("line" if first.order is None else "bar", first.alias, y)
    if len(reading.figures) == 2:
        return ChartHint("scatter", y, outputs(reading)[1][1], color=first.alias)
    return ChartHint("bar", first.alias, y)
