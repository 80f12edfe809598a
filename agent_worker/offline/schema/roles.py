"""What part each column plays in its table, guessed from its type, its name and its keys."""

from enum import StrEnum
from functools import lru_cache

from agent_worker.offline.schema.ranges import holds_days, holds_years, numbers_of
from bus.contract.catalog import CatalogColumn

_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINY", "USMALL", "UINT", "UBIG", "UHUGE"),
    *("DECIMAL", "FLOAT", "DOUBLE", "REAL"),
)
_KEY_WORDS = frozenset(("id", "ids", "key", "code", "uuid", "guid", "ssn", "isbn", "zip", "phone"))
_RATES = frozenset(("rate", "percent", "percentage", "pct", "ratio", "discount", "tax", "share"))
_ADDED_UP = frozenset(
    """amount cost costs revenue sales spend expense fee fees turnover profit quantity usage
    consumption""".split()  # noqa: SIM905
)
_OF_ONE = frozenset(("unit", "list", "avg", "average", "mean", "max", "min", "per", "cumulative", "running"))
_YES_NO = (("n", "y"), ("no", "yes"), ("f", "t"), ("false", "true"))
_YEARLY = frozenset(("year", "founded", "opened", "published", "released", "built", "established"))
_FEW = 11
_LAST_HOUR, _MIDNIGHT = 1300, 2400
_LABELS = ("name", "title", "label", "fullname", "nickname")


class ColumnKind(StrEnum):
    """What a column's values are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    OTHER = "other"


class ColumnRole(StrEnum):
    """What a column is for: identifiers are never summed; labels name their row; the rest are facts about it."""

    IDENTIFIER = "identifier"
    LABEL = "label"
    YEAR = "year"
    DATE = "date"
    QUANTITY = "quantity"
    RATE = "rate"
    CLOCK = "clock"
    CATEGORY = "category"
    FLAG = "flag"


NUMERIC = (ColumnRole.QUANTITY, ColumnRole.YEAR, ColumnRole.RATE)
COUNTING = frozenset(("number", "num", "count", "total", "amount", "quantity", "numbers"))
"""Words of columns that say how many there are."""


def kind_of(column: CatalogColumn) -> ColumnKind:
    """What a column holds, by its type."""
    return _kind_of_type(column.type)


@lru_cache(256)
def _kind_of_type(name: str) -> ColumnKind:
    kind = name.upper()
    if kind.startswith(_NUMBERS):
        return ColumnKind.NUMBER
    if kind.startswith(("VARCHAR", "TEXT", "STRING", "ENUM")):
        return ColumnKind.TEXT
    if kind.startswith(("DATE", "TIMESTAMP")):
        return ColumnKind.DATE
    return ColumnKind.FLAG if kind.startswith("BOOL") else ColumnKind.OTHER


def yes_and_no(column: CatalogColumn) -> tuple[str, str] | None:
    """How a column of two values says yes and no in SQL, where it is known to: "Y" and "N", 1 and 0."""
    if (column.minimum, column.maximum) == ("0", "1") and "INT" in column.type.upper():
        return "1", "0"
    edges = ((column.minimum or "").lower(), (column.maximum or "").lower())
    told = kind_of(column) is ColumnKind.TEXT and column.distinct == 2 and edges in _YES_NO
    return (f"'{column.maximum}'", f"'{column.minimum}'") if told else None


def is_added_up(words: tuple[str, ...]) -> bool:
    """Whether people mean the sum of what is called so, where it is said of several: costs of what happened."""
    return words[-1:] != () and words[-1] in _ADDED_UP and _OF_ONE.isdisjoint(words)


def is_scale(column: CatalogColumn) -> bool:
    """Whether a number is one of a few whole ones, by which rows are told apart: a grade, a priority, a severity."""
    try:
        low, high = int(column.minimum or "x"), int(column.maximum or "x")
    except ValueError:
        return False
    return "INT" in column.type.upper() and low >= 0 and high - low <= _FEW


def role_of(column: CatalogColumn, words: tuple[str, ...], *, is_key: bool) -> ColumnRole:
    """The part a column plays. `words` are its name's; `is_key`: it refers to, or is referred to by, another."""
    kind = kind_of(column)
    if kind is ColumnKind.TEXT and words and words[-1] in _LABELS:
        return ColumnRole.LABEL
    if is_key or (words and words[-1] in _KEY_WORDS) or _is_numbered(column, words):
        return ColumnRole.IDENTIFIER
    if kind is ColumnKind.FLAG:
        return ColumnRole.FLAG
    if kind is ColumnKind.DATE or (kind is ColumnKind.TEXT and holds_days(column)):
        return ColumnRole.DATE
    if kind is ColumnKind.NUMBER:
        return _measure(column, words)
    return ColumnRole.CATEGORY


def _is_numbered(column: CatalogColumn, words: tuple[str, ...]) -> bool:
    """Whether a column holds the numbers by which rows are called: `fee_no` of fees."""
    return words[-1:] in (("number",), ("no",), ("num",)) and (len(words) > 1 or column.unique)


def _measure(column: CatalogColumn, words: tuple[str, ...]) -> ColumnRole:
    """What a number measures: a year, a time of day written as 1455, a rate that must not be added up, or an amount."""
    if not _YEARLY.isdisjoint(words) and holds_years(column):
        return ColumnRole.YEAR
    if _RATES.isdisjoint(words) and words[-1:] != ("time",):
        return ColumnRole.QUANTITY
    known = numbers_of(column)
    if known is None:
        return ColumnRole.QUANTITY
    low, high = known
    if words[-1:] == ("time",) and low >= 0 and _LAST_HOUR <= high <= _MIDNIGHT:
        return ColumnRole.CLOCK
    return ColumnRole.RATE if not _RATES.isdisjoint(words) and abs(high) <= 100 else ColumnRole.QUANTITY
