"""Whether an answer's rows are the expected ones. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import Any

Rows = Sequence[Sequence[Any]]

DIGITS = 6
MAX_CHOICES = 5_000
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ t](\d\d:\d\d:\d\d)(?:\.0+)?")


def same_rows(found: Rows, expected: Rows, ordered: bool = False, digits: int = DIGITS) -> bool:
    """Whether some columns of the found rows, in any order, hold exactly the expected rows; further columns do no
    harm. Numbers are compared by so many significant digits."""
    if len(found) != len(expected):
        return False
    if not expected:
        return True
    wanted = [tuple(plain(value, digits) for value in row) for row in expected]
    have = [tuple(plain(value, digits) for value in row) for row in found]
    for columns in column_choices(have, wanted):
        picked = [tuple(row[at] for at in columns) for row in have]
        if picked == wanted or (not ordered and Counter(picked) == Counter(wanted)):
            return True
    return False


def column_choices(found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]]) -> Iterator[tuple[int, ...]]:
    """The ways to find the expected columns among those found, each holding the same set of values; plain values in."""
    if not found or not expected:
        return
    have = [frozenset(row[at] for row in found) for at in range(len(found[0]))]
    want = [frozenset(row[at] for row in expected) for at in range(len(expected[0]))]
    choices = product(*([at for at, values in enumerate(have) if values == wanted] for wanted in want))
    yield from islice((chosen for chosen in choices if len(set(chosen)) == len(chosen)), MAX_CHOICES)


def plain(value: Any, digits: int = DIGITS) -> str:
    """A value as it is compared: numbers by their digits, text without case and outer blanks, midnights as dates."""
    if value is None:
        return "null"
    text = str(value).strip().lower()
    try:
        # -0 is 0; and what Python alone takes for a number, such as 1_000, is text.
        return f"{float(value) + 0.0:.{digits}g}" if "_" not in text else text
    except (TypeError, ValueError):
        dated = _TIME.fullmatch(text)
        if dated is None:
            return text
        return dated[1] if dated[2] == "00:00:00" else f"{dated[1]} {dated[2]}"
