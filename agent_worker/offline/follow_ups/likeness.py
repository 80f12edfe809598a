"""Which earlier condition a newer one replaces, and how."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from agent_worker.offline.grammar.fragments import Fragment, Operand, TimeExpression, When, Where
from agent_worker.offline.lexer.lattice import Name, Number, Value

ColumnPair = tuple[str, str]
_TIME_HINTS = frozenset(("year", "date", "time", "day"))


def is_time(f: Fragment) -> bool:
    return isinstance(f, When) or (isinstance(f, Where) and bool(_TIME_HINTS & set(f.hints)))


def of_year(one: TimeExpression, year: int | None) -> TimeExpression:
    """ "and in April?" behind "in March 2013" is of the same year."""
    if one.year is not None or one.weekday is not None or year is None:
        return one
    return replace(one, text=f"{one.text} {year}", year=year)


def is_bare(where: Where) -> bool:
    """Whether only numbers are compared, and no column is told."""
    told = where.name is not None or where.owner is not None or bool(where.hints)
    return not told and isinstance(where.operands[0], Number)


def among(operand: Operand, columns: set[ColumnPair]) -> Operand:
    """A value as it stands in these columns, if it does in some."""
    if not isinstance(operand, Value):
        return operand
    refs = tuple(ref for ref in operand.refs if (ref.table, ref.column) in columns)
    return Value(operand.text, operand.start, operand.end, refs, operand.quoted) if refs else operand


def is_range(old: Where, new: Where) -> bool:
    """Whether both bounds leave something between them."""
    low, high = (old, new) if direction(old) == ">" else (new, old)
    first, last = low.operands[0], high.operands[0]
    apart = (direction(low), direction(high)) == (">", "<")
    return apart and isinstance(first, Number) and isinstance(last, Number) and first.number < last.number


def is_weekday(f: Fragment) -> bool:
    return isinstance(f, When) and all(one.weekday is not None for one in f.times)


def direction(f: Fragment) -> str:
    """Whether a condition bounds from below or above; all others are in each other's place."""
    operator = f.operator if isinstance(f, (Where, When)) else ""
    return operator[0] if operator[:1] in ("<", ">") else ""


def moved(value: Any, by: int) -> Any:
    """The same fragments with `by` added to their token positions."""
    if isinstance(value, Value):
        return Value(value.text, value.start + by, value.end + by, value.refs, value.quoted)
    if isinstance(value, (Name, Number)):
        return replace(value, start=value.start + by, end=value.end + by)
    if isinstance(value, tuple):
        return tuple(moved(one, by) for one in value)
    if is_dataclass(value) and type(value).__module__.endswith("fragments"):
        return replace(value, **{f.name: moved(getattr(value, f.name), by) for f in fields(value)})  # type: ignore[type-var]
    return value
