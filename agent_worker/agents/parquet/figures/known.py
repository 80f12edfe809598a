"""Every figure that a result supports: what stands in it, its totals, and what we compute from them. Pure."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from agent_worker.agents.parquet.figures.numerals import Numeral, NumeralValue, numerals
from agent_worker.llm.prompts.preview import Preview, Totals

MAX_PAIRED_COLUMNS = 8
ROUNDED = 0.025
"""How far, at most, a number with zeros at its end may be from what it is rounded from."""
ROUNDED_WORDS = 0.05
"""How far, at most, a number of thousands or millions may be from what it is rounded from."""

Numbers = list[float]


class KnownFigures:
    """The figures of one result. `said` are texts whose numbers need no proof: the question, the statement, ..."""

    def __init__(self, preview: Preview, said: Iterable[str]) -> None:
        columns = [_column(preview, at) for at in range(len(preview.columns))]
        numeric = [column for column in columns if column]
        sums = [_sum(preview, at) for at in range(len(columns))]
        values = [value for column in columns for _, value in column]
        apart = [*_differences(numeric), *_across(numeric, lambda a, b: a - b)]
        plain = [*values, *_totals(preview), *apart]
        shares = [v / s for column, s in zip(columns, sums, strict=True) if s for _, v in column]
        ratios = [*_ratios(numeric), *_across(numeric, _ratio)]
        self._plain = _sorted([*plain, *shares])
        parts = _across(numeric, _ratio)
        fractions = [*(v for v in values if abs(v) <= 1), *shares, *_changes(numeric), *parts]
        self._percent = _sorted([*values, 100.0, *(100 * f for f in fractions)])
        self._times = _sorted([*plain, *ratios])
        self._points = _sorted([*apart, *(100 * difference for difference in apart)])
        told = [numeral for text in [*said, *_texts(preview)] for numeral in numerals(text)]
        self._said = {reading.value for numeral in told for reading in (*numeral.readings, *numeral.parts)}

    def supports(self, numeral: Numeral) -> bool:
        """Whether one of the things that the numeral may mean is known, or a rounding of it."""
        if numeral.parts and all(self._holds(part, self._plain) for part in numeral.parts):
            return True
        known = {"plain": self._plain, "percent": self._percent, "points": self._points, "times": self._times}
        return any(self._holds(reading, known[numeral.kind]) for reading in numeral.readings)

    def _holds(self, reading: NumeralValue, known: Numbers) -> bool:
        return reading.value in self._said or _near(reading, known)


def _near(reading: NumeralValue, known: Numbers) -> bool:
    slack = _slack(reading)
    at = bisect_left(known, reading.value - slack)
    return at < len(known) and known[at] <= reading.value + slack


def _slack(reading: NumeralValue) -> float:
    """How far the figure may be from the one that it is rounded from."""
    value, unit = reading
    slack = unit / 2 if unit <= 1 else min(unit / 2, ROUNDED_WORDS * value)
    if unit == 1 and value >= 100:
        zeros = 10.0 ** (len(f"{value:.0f}") - len(f"{value:.0f}".rstrip("0")))
        slack = max(slack, min(zeros, ROUNDED * value) if zeros > 1 else 0)
    return slack + 4 * math.ulp(value)


def _sorted(numbers: Iterable[float]) -> Numbers:
    """The finite numbers, sorted and without signs: "fell by 12" speaks of -12."""
    return sorted({abs(number) for number in numbers if math.isfinite(number)})


def _column(preview: Preview, at: int) -> list[tuple[int, float]]:
    """The numbers of a column, with the places of their rows."""
    found = ((row, _number(values[at])) for row, values in enumerate(preview.rows))
    return [(row, number) for row, number in found if number is not None]


def _number(value: Any) -> float | None:
    """A value as on the wire: large and exact numbers are texts there."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _totals(preview: Preview) -> Iterator[float]:
    yield preview.row_count
    for totals in preview.totals:
        yield from (totals.nulls, preview.row_count - totals.nulls)
        yield from (n for v in (totals.minimum, totals.maximum, totals.total) if (n := _number(v)) is not None)
        yield from _mean(totals, preview.row_count)


def _mean(totals: Totals, rows: int) -> Iterator[float]:
    total, count = totals.total, rows - totals.nulls
    if total is not None and count:
        yield float(total) / count


def _sum(preview: Preview, at: int) -> float:
    total = preview.totals[at].total if at < len(preview.totals) else None
    return float(total) if total is not None else sum(value for _, value in _column(preview, at))


def _differences(columns: Sequence[list[tuple[int, float]]]) -> Iterator[float]:
    return (a - b for column in columns for a, b in _pairs(column))


def _ratios(columns: Sequence[list[tuple[int, float]]]) -> Iterator[float]:
    return (r for column in columns for a, b in _pairs(column) for r in (_ratio(a, b), _ratio(b, a)))


def _changes(columns: Sequence[list[tuple[int, float]]]) -> Iterator[float]:
    """Between neighbours, the first and the last, and the ends, as fractions of the one or the other."""
    for values in ([value for _, value in column] for column in columns):
        for one, other in [*pairwise(values), (values[0], values[-1]), (min(values), max(values))]:
            yield _ratio(other - one, one)
            yield _ratio(one - other, other)


def _ratio(one: float, other: float) -> float:
    return one / other if other else math.inf


def _pairs(column: list[tuple[int, float]]) -> Iterator[tuple[float, float]]:
    """What people compare: each with the one before, with the first, and the ends. Not all with all: then chance
    would support any figure."""
    values = [value for _, value in column]
    if len(values) > 1:
        yield from zip(values[1:], values, strict=False)
        yield from ((value, values[0]) for value in values[2:])
        yield max(values), min(values)


def _across(columns: Sequence[list[tuple[int, float]]], combine: Any) -> Iterator[float]:
    """What people compare across a row: the values of each two columns, combined both ways round."""
    if len(columns) > MAX_PAIRED_COLUMNS:
        return
    for at, one in enumerate(columns):
        for other in map(dict, columns[at + 1 :]):
            for row, value in one:
                if row in other:
                    yield combine(value, other[row])
                    yield combine(other[row], value)


def _texts(preview: Preview) -> Iterator[str]:
    """Names and the cells that are no numbers: dates, codes, lists."""
    yield from (column.name.replace("_", " ") for column in preview.columns)
    for values in preview.rows:
        yield from (_spaced(value) for value in values if _number(value) is None and value is not None)
    for totals in preview.totals:
        yield from (_spaced(v) for v in (totals.minimum, totals.maximum) if _number(v) is None and v is not None)


def _spaced(value: Any) -> str:
    """Each run of digits as a number of its own: 2013-01-05T10:00 speaks of 2013, 1, 5 and 10."""
    text = str(value)
    return f"{text} " + " ".join("".join(c if c.isdigit() else " " for c in text).split())
