"""Conditions on time and groups by its units, over the dates of one table."""

from datetime import date

from agent_worker.offline.binder.names.binding import Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg, AllOf, AnyOf, Bucket, Compare, Condition, Expr, Literal, Ref
from agent_worker.offline.binder.ranking import Ranking
from agent_worker.offline.binder.time.calendar import Calendar, calendar_at, is_one_of_several_parts, parts_of, stretch
from agent_worker.offline.english.lexicon import BORN, LASTING, LIVED
from agent_worker.offline.english.vocabulary import MONTHS, PEOPLE
from agent_worker.offline.english.word_forms import kin, stem
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


class Times(Ranking):
    """Binds what is said of time."""

    def _show(self, item: SelectItem, size: int) -> None:
        if not item.dated:
            super()._show(item, size)
            return
        date = self._calendar(None).date
        if date is None or item.name is None or self.base not in {c.table for c in item.name.tables}:
            raise Unbound("a date of what")
        self._add(Agg(item.fn, date))

    def _hinted(self, hints: tuple[str, ...]) -> Ref:
        """ "Latest" and "first" speak of the date of the rows, where they have one and no year or birth is kept."""
        table = self.table
        of_base = not self.entities or self.base in {e.table for e in self.entities}
        if "distance" in hints and any(verb.word in LASTING for verb in self.of(Verb)):
            raise Doubtful("what takes the longest, at once or on the whole")
        if "duration" in hints and of_base and (course := self._course()):
            try:
                found = super()._hinted(hints)
            except Unbound as problem:
                if "several" in str(problem):
                    raise
                return course
            raise Doubtful(f"by {found.column}, or in time")
        people = bool(BORN & set(hints)) and stem(table.words[-1]) in PEOPLE
        born = [c for c in table.columns if BORN & set(c.all_words)]
        years, dates = self._years(), self._dates()
        if "date" not in hints or not of_base or people or (born and BORN & set(hints)):
            return super()._hinted(hints)
        if dates and not years:
            date = self._calendar(None).date
            if date is None and len(dates) == 1:
                date = Ref((), self.base, dates[0].name)  # beside the parts of dates
            if date is not None:
                self.cost += 0.05
                return date
        try:
            return super()._hinted(hints)
        except Unbound:
            if len(years) != 1:
                raise
        self.cost += 0.05
        return Ref((), self.base, years[0].name)

    def _years(self) -> list[Column]:
        """The columns of years of the base's rows, but for births."""
        years = [c for c in self.table.columns if c.role is ColumnRole.YEAR]
        return [c for c in years if not LIVED & set(c.all_words) and not is_one_of_several_parts(self.schema, c)]

    def _dates(self) -> list[Column]:
        """The columns of dates of the base's rows, but for births."""
        columns = self.table.columns
        return [c for c in columns if c.kind is ColumnKind.DATE and not LIVED & set(c.all_words)]

    def _per(self, per: Per) -> None:
        yearly = per.unit in ("year", "decade") and per.name is None and not self._dates()
        years = [c for c in self._years() if per.unit == "year" or c.kind is ColumnKind.NUMBER] if yearly else []
        bucket = Ref((), self.base, years[0].name) if len(years) == 1 else self._calendar(per.name).bucket(per.unit)
        one = Bucket(per.unit, bucket, own=True) if isinstance(bucket, Ref) else bucket
        if one not in self.query.shown:
            self.query.buckets.append(one)
            self.query.shown.insert(0, one)

    def _when(self, when: When) -> None:
        calendar = self._calendar(when.name)
        for one in when.times:
            if one.weekday is None:
                stretch(one, _LEAP_YEAR)
        if when.operator.endswith("between"):
            low, high = when.times
            if stretch(low, calendar.year)[0] > stretch(high, calendar.year)[0]:
                raise Doubtful(f"{low.text} comes after {high.text}")
            both = (self._side(calendar, ">=", low), self._side(calendar, "<=", high))
            self._add_times([AllOf(both, True)] if when.operator != "between" else list(dict.fromkeys(both)))
        elif when.operator in ("in", "not in"):
            self._in(calendar, when)
        else:
            self._add_times([self._side(calendar, when.operator, when.times[0])])

    def _in(self, calendar: Calendar, when: When) -> None:
        found = [self._within(calendar, one) for one in when.times]
        if when.operator == "in" and len(found) == 1:
            self._add_times(found[0])
            return
        each = tuple(conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions)) for conditions in found)
        any_of: Condition = AnyOf(each) if len(each) > 1 else each[0]
        self._add_times([AllOf((any_of,), True)] if when.operator == "not in" else [any_of])

    def _add_times(self, conditions: list[Condition]) -> None:
        for condition in conditions:
            self._contradicts(condition)
            self.query.conditions.append(condition)

    def _side(self, calendar: Calendar, operator: str, one: TimeExpression) -> Compare:
        """All before, from, until or after a time; a time is a stretch, so "after March" begins in April."""
        start, end = stretch(one, calendar.year)
        if one.is_year and (ref := calendar.date or calendar.parts.get("year")):
            return Compare(ref, operator, (Literal(str(one.year), one.text),), "year" if calendar.date else "")
        edge, sign = (end, ">=" if operator == ">" else "<") if operator in (">", "<=") else (start, operator)
        left: Expr = calendar.date or calendar.bucket("month_start" if self._by_months(calendar, edge) else "day")
        return Compare(left, sign, (Literal(f"DATE '{edge.isoformat()}'", edge.isoformat()),))

    def _by_months(self, calendar: Calendar, edge: date) -> bool:
        """Whether parts of dates need no day to be compared with the first of a month."""
        return edge.day == 1 and {"year", "month"} <= set(calendar.parts)

    def _within(self, calendar: Calendar, one: TimeExpression) -> list[Condition]:
        if one.weekday is not None:
            day = calendar.bucket("weekday_number")
            return [Compare(day, "=", (Literal(str(one.weekday), one.text),))]
        if calendar.date is not None and one.is_year:
            return [Compare(calendar.date, "=", (Literal(str(one.year), one.text),), "year")]
        if calendar.date is not None and one.year is not None:
            return [self._side(calendar, ">=", one), self._side(calendar, "<=", one)]
        said = {"year": one.year, "quarter_of_year": one.quarter, "month_of_year": one.month, "day_of_month": one.day}
        return [
            Compare(calendar.bucket(unit), "=", (Literal(str(number), _said(unit, number)),))
            for unit, number in said.items()
            if number is not None
        ]

    def _calendar(self, name: Name | None) -> Calendar:
        """The dates that are meant: those named, here or once for all, those that a verb tells of, or the only ones."""
        named = [one.name for one in (*self.of(Per), *self.of(When)) if one.name is not None]
        name = named[0] if name is None and len({one.text for one in named}) == 1 else name
        if name is not None:
            ref = self._take(name)
            if self._column(ref).kind is not ColumnKind.DATE:
                raise Unbound(f"{name.text} is no date")
            return calendar_at(self.schema, ref)
        self._check_others()
        table = self.table
        declared = self.schema.catalog.description.default_dates.get(self.base)
        if declared and (self.base, declared) in self.schema.columns:
            return calendar_at(self.schema, Ref((), self.base, declared))
        if parts := parts_of(self.schema, self.base):
            return parts
        dates = [column for column in table.columns if column.kind is ColumnKind.DATE]
        told = [column for column in dates if self._told(column.name)]
        dates = told or [column for column in dates if not LIVED & set(column.all_words)]
        named = [c for c in dates if any(kin(w, table.words[-1]) for w in c.all_words)]
        if any(c.info.nulls for c in named) and len(dates) > len(named):
            raise Several(self.base, tuple(dates))  # what was not delivered is a delivery, too
        dates = named or dates
        made = [c for c in dates if _MADE & set(c.all_words)]
        if len(made) == 1 and not (self.of(Verb) or any(where.dated for where in self.of(Where))):
            dates = made
        always = [c for c in dates if not c.info.nulls]
        dates = always if len(always) == 1 and not told else dates  # which every row has
        if len(dates) != 1:
            raise Several(self.base, tuple(dates)) if dates else Unbound(f"{self.base} has no dates")
        return calendar_at(self.schema, Ref((), self.base, dates[0].name))

    def _check_others(self) -> None:
        """A day is not one of the base's where rows that refer to it are spoken of, and have dates of their own."""
        names = [f.name for kind in (Mention, Absent, HowMany) for f in self.of(kind) if f.name]
        spoken = {c.table for name in names for c in name.tables}
        for table in self.schema.tables.values():
            of_base = any(key.ref_table == self.base for key in self.schema.keys_of(table.name))
            said = of_base and (table.name in spoken or any(kin(v.word, w) for v in self.of(Verb) for w in table.words))
            if said and any(column.kind is ColumnKind.DATE for column in table.columns):
                raise Unbound(f"dates of {self.base}, or of {table.name}")


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
