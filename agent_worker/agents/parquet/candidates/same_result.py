"""Whether two results are the same. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal, InvalidOperation
from itertools import islice
from typing import Any

import msgspec

from agent_worker.llm.prompts.preview import Preview
from bus.values.logical_types import parse_type

DIGITS = Context(prec=12)
"""Sums of the same numbers in another order differ in their last digits."""
MAX_MATCHES = 100
_NUMBERS = """
TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM FLOAT DOUBLE DECIMAL
"""
NUMBERS = frozenset(_NUMBERS.split())
_WHOLE_NUMBER = re.compile(r"0|-?[1-9]\d*")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00:00(?:\.0+)?")

Rows = Sequence[tuple[str, ...]]


def same(one: Preview, other: Preview) -> bool:
    """Do two results hold the same rows, in whatever order? Columns are matched by their names, or, where these
    differ, in any order in which they hold the same values. Of longer results the rows in the previews count."""
    if one.row_count != other.row_count or len(one.columns) != len(other.columns):
        return False
    names, theirs = ([column.name.lower() for column in result.columns] for result in (one, other))
    rows, others = _plain(one), _plain(other)
    if len(set(names)) == len(names) and set(names) == set(theirs):
        return Counter(rows) == Counter(_picked(others, [theirs.index(name) for name in names]))
    return any(len(order) == len(names) for order in islice(_matches(rows, others, len(names)), MAX_MATCHES))


def _matches(rows: Rows, others: Rows, width: int, order: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Places of the first columns, one column more each time, in which the other rows hold the same."""
    yield order
    wanted = Counter(row[: len(order) + 1] for row in rows)
    seen = set()
    for at in (at for at in range(width) if at not in order):
        column = tuple(row[at] for row in others)
        if column not in seen and Counter(_picked(others, [*order, at])) == wanted:
            seen.add(column)  # of twins one is enough
            yield from _matches(rows, others, width, (*order, at))


def _picked(rows: Rows, places: Sequence[int]) -> Rows:
    return [tuple(row[at] for at in places) for row in rows]


def _plain(preview: Preview) -> Rows:
    numbers = [parse_type(column.type).name in NUMBERS for column in preview.columns]
    return [tuple(map(_value, row, numbers)) for row in preview.rows]


def _value(value: Any, number: bool) -> str:
    """A value as it is compared: numbers by their digits whatever their type, midnights as dates."""
    if value is None:
        return "null"
    if number:
        return _number(str(value))
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    if _WHOLE_NUMBER.fullmatch(text):
        return text  # a year may be a text or a number
    midnight = _MIDNIGHT.fullmatch(text)
    return f"'{midnight[1] if midnight else text}"


def _number(text: str) -> str:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return text
    if not exact.is_finite():
        return str(exact)
    if exact == exact.to_integral_value():
        return str(int(exact))
    return f"{DIGITS.plus(exact).normalize():f}"
