"""Whole days, as a column of dates or of timestamps is compared with them."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from agent_worker.offline.binder.query_ir import Compare, Literal, Ref

_DAY = timedelta(days=1)


def of_days(ref: Ref, operator: str, days: Sequence[date]) -> Iterator[Compare]:
    """ "On", before, from, until or after a day, or between two: an hour of the last day is within."""
    first, last = days[0], days[-1]
    if operator in ("=", "between", ">=", ">"):
        yield _compare(ref, ">=", first + _DAY if operator == ">" else first)
    if operator in ("=", "between", "<=", "<"):
        yield _compare(ref, "<", last if operator == "<" else last + _DAY)


def _compare(ref: Ref, sign: str, day: date) -> Compare:
    return Compare(ref, sign, (Literal(f"DATE '{day.isoformat()}'", day.isoformat()),))
