"""Conditions on time and groups by its units, over the dates of one table."""

from datetime import date

from agent_worker.offline.binder.aggregates.functions import add_shown
from agent_worker.offline.binder.conditions import check_contradiction
from agent_worker.offline.binder.names.binding import Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import is_told
from agent_worker.offline.binder.names.name_resolution import take
from agent_worker.offline.binder.query_ir import Agg, AllOf, AnyOf, Bucket, Compare, Condition, Expr, Literal, Ref
from agent_worker.offline.binder.terms.calendar import Calendar, calendar_at, is_one_of_several_parts, parts_of, stretch
from agent_worker.offline.english.lexicon import LIVED
from agent_worker.offline.english.vocabulary import MONTHS
from agent_worker.offline.english.word_forms import kin
from agent_worker.offline.grammar.fragments import (
    Absent,
    HowMany,
    Mention,
    Per,
    SelectItem,
    TimeExpression,
    Verb,
    When,
    Where,
)
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_MADE = frozenset(("created", "creation", "crt", "inserted"))
"""The date of a row itself, where nothing is said of how it went."""
_LEAP_YEAR = 2000
"""In which every day of a month is found that no year is said for."""


def show_date(b: Binding, item: SelectItem) -> None:
    """Show the first or last date of the base, of which the item is: "when was the last trip"."""
    date = calendar_of(b, None).date
    if date is None or item.name is None or b.base not in {c.table for c in item.name.tables}:
        raise Unbound("a date of what")
    add_shown(b, Agg(item.fn, date))


def year_columns(b: Binding) -> list[Column]:
    """The columns of years of the base's rows, but for births."""
    years = [c for c in b.table.columns if c.role is ColumnRole.YEAR]
    return [c for c in years if not LIVED & set(c.all_words) and not is_one_of_several_parts(b.schema, c)]


def date_columns(b: Binding) -> list[Column]:
    """The columns of dates of the base's rows, but for births."""
    columns = b.table.columns
    return [c for c in columns if c.kind is ColumnKind.DATE and not LIVED & set(c.all_words)]


def bind_per(b: Binding, per: Per) -> None:
    yearly = per.unit in ("year", "decade") and per.name is None and not date_columns(b)
    years = [c for c in year_columns(b) if per.unit == "year" or c.kind is ColumnKind.NUMBER] if yearly else []
    bucket = Ref((), b.base, years[0].name) if len(years) == 1 else calendar_of(b, per.name).bucket(per.unit)
    one = Bucket(per.unit, bucket, own=True) if isinstance(bucket, Ref) else bucket
    if one not in b.query.shown:
        b.query.buckets.append(one)
        b.query.shown.insert(0, one)


def bind_when(b: Binding, when: When) -> None:
    calendar = calendar_of(b, when.name)
    for one in when.times:
        if one.weekday is None:
            stretch(one, _LEAP_YEAR)
    if when.operator.endswith("between"):
        low, high = when.times
        if stretch(low, calendar.year)[0] > stretch(high, calendar.year)[0]:
            raise Doubtful(f"{low.text} comes after {high.text}")
        both = (_side(b, calendar, ">=", low), _side(b, calendar, "<=", high))
        _add_times(b, [AllOf(both, True)] if when.operator != "between" else list(dict.fromkeys(both)))
    elif when.operator in ("in", "not in"):
        _in(b, calendar, when)
    else:
        _add_times(b, [_side(b, calendar, when.operator, when.times[0])])


def _in(b: Binding, calendar: Calendar, when: When) -> None:
    found = [_within(b, calendar, one) for one in when.times]
    if when.operator == "in" and len(found) == 1:
        _add_times(b, found[0])
        return
    each = tuple(conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions)) for conditions in found)
    any_of: Condition = AnyOf(each) if len(each) > 1 else each[0]
    _add_times(b, [AllOf((any_of,), True)] if when.operator == "not in" else [any_of])


def _add_times(b: Binding, conditions: list[Condition]) -> None:
    for condition in conditions:
        check_contradiction(b, condition)
        b.query.conditions.append(condition)


def _side(b: Binding, calendar: Calendar, operator: str, one: TimeExpression) -> Compare:
    """All before, from, until or after a time; a time is a stretch, so "after March" begins in April."""
    start, end = stretch(one, calendar.year)
    if one.is_year and (ref := calendar.date or calendar.parts.get("year")):
        return Compare(ref, operator, (Literal(str(one.year), one.text),), "year" if calendar.date else "")
    edge, sign = (end, ">=" if operator == ">" else "<") if operator in (">", "<=") else (start, operator)
    left: Expr = calendar.date or calendar.bucket("month_start" if _by_months(calendar, edge) else "day")
    return Compare(left, sign, (Literal(f"DATE '{edge.isoformat()}'", edge.isoformat()),))


def _by_months(calendar: Calendar, edge: date) -> bool:
    """Whether parts of dates need no day to be compared with the first of a month."""
    return edge.day == 1 and {"year", "month"} <= set(calendar.parts)


def _within(b: Binding, calendar: Calendar, one: TimeExpression) -> list[Condition]:
    if one.weekday is not None:
        day = calendar.bucket("weekday_number")
        return [Compare(day, "=", (Literal(str(one.weekday), one.text),))]
    if calendar.date is not None and one.is_year:
        return [Compare(calendar.date, "=", (Literal(str(one.year), one.text),), "year")]
    if calendar.date is not None and one.year is not None:
        return [_side(b, calendar, ">=", one), _side(b, calendar, "<=", one)]
    said = {"year": one.year, "quarter_of_year": one.quarter, "month_of_year": one.month, "day_of_month": one.day}
    return [
        Compare(calendar.bucket(unit), "=", (Literal(str(number), _said(unit, number)),))
        for unit, number in said.items()
        if number is not None
    ]


def calendar_of(b: Binding, name: Name | None) -> Calendar:
    """The dates that are meant: those named, here or once for all, those that a verb tells of, or the only ones."""
    named = [one.name for one in (*b.of(Per), *b.of(When)) if one.name is not None]
    name = named[0] if name is None and len({one.text for one in named}) == 1 else name
    if name is not None:
        ref = take(b, name)
        if b.column(ref).kind is not ColumnKind.DATE:
            raise Unbound(f"{name.text} is no date")
        return calendar_at(b.schema, ref)
    _check_others(b)
    table = b.table
    declared = b.schema.catalog.description.default_dates.get(b.base)
    if declared and (b.base, declared) in b.schema.columns:
        return calendar_at(b.schema, Ref((), b.base, declared))
    if parts := parts_of(b.schema, b.base):
        return parts
    dates = [column for column in table.columns if column.kind is ColumnKind.DATE]
    told = [column for column in dates if is_told(b, column.name)]
    dates = told or [column for column in dates if not LIVED & set(column.all_words)]
    named = [c for c in dates if any(kin(w, table.words[-1]) for w in c.all_words)]
    if any(c.info.nulls for c in named) and len(dates) > len(named):
        raise Several(b.base, tuple(dates))  # what was not delivered is a delivery, too
    dates = named or dates
    made = [c for c in dates if _MADE & set(c.all_words)]
    if len(made) == 1 and not (b.of(Verb) or any(where.dated for where in b.of(Where))):
        dates = made
    always = [c for c in dates if not c.info.nulls]
    dates = always if len(always) == 1 and not told else dates  # which every row has
    if len(dates) != 1:
        raise Several(b.base, tuple(dates)) if dates else Unbound(f"{b.base} has no dates")
    return calendar_at(b.schema, Ref((), b.base, dates[0].name))


def _check_others(b: Binding) -> None:
    """A day is not one of the base's where rows that refer to it are spoken of, and have dates of their own."""
    names = [f.name for kind in (Mention, Absent, HowMany) for f in b.of(kind) if f.name]
    spoken = {c.table for name in names for c in name.tables}
    for table in b.schema.tables.values():
        of_base = any(key.ref_table == b.base for key in b.schema.keys_of(table.name))
        said = of_base and (table.name in spoken or any(kin(v.word, w) for v in b.of(Verb) for w in table.words))
        if said and any(column.kind is ColumnKind.DATE for column in table.columns):
            raise Unbound(f"dates of {b.base}, or of {table.name}")


class Several(Unbound):
    """There are several dates, and none is said."""

    def __init__(self, table: str, dates: tuple[Column, ...]) -> None:
        super().__init__(f"{table} has several dates")
        self.table = table
        self.dates = dates


def _said(unit: str, number: int) -> str:
    """A part of a date for people."""
    names = [name for name, month in MONTHS.items() if month == number] if unit == "month_of_year" else []
    return names[0].capitalize() if names else str(number)
