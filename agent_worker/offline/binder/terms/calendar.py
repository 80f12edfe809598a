"""Where a table keeps its time: in one column of dates, or in columns called year, month, day, hour."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from agent_worker.offline.binder.names.binding import Unbound
from agent_worker.offline.binder.query_ir import Bucket, Ref
from agent_worker.offline.grammar.fragments import TimeExpression
from agent_worker.offline.schema.model import Column, Schema
from agent_worker.offline.schema.roles import ColumnKind

_PARTS = ("year", "quarter", "month", "week", "day", "hour")
_NEEDED = {"month": ("year", "month"), "quarter": ("year", "month"), "quarter_of_year": ("month",),
           "month_start": ("year", "month")}  # fmt: skip
_WHOLE_DAY = ("year", "month", "day")
_OWN = {"month_of_year": "month", "day_of_month": "day", "year": "year", "hour": "hour"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """One column of dates, or columns that hold `parts` of them; `year`: the only one of all rows."""

    date: Ref | None = None
    parts: dict[str, Ref] = field(default_factory=dict)
    year: int | None = None
    hours: bool = True

    def bucket(self, unit: str) -> Bucket | Ref:
        """The expression "by `unit`". Raises `Unbound` where the time is not kept so finely."""
        if self.date is not None:
            if unit == "hour" and not self.hours:
                raise Unbound("dates without hours")
            return Bucket(unit, self.date)
        if unit == "decade" and "year" in self.parts:
            return Bucket(unit, self.parts["year"], own=True)
        own = self.parts.get(_OWN.get(unit, ""))
        if unit == "month" and "month" in self.parts and (self.year is not None or "year" not in self.parts):
            own = self.parts["month"]
        if own is not None:
            return own
        needed = _NEEDED.get(unit, _WHOLE_DAY)
        if unit in _OWN or not all(part in self.parts for part in needed):
            raise Unbound(f"no column that tells the {unit}")
        return Bucket(unit, None, tuple((part, self.parts[part]) for part in needed))


def calendar_at(schema: Schema, ref: Ref) -> Calendar:
    """The calendar of one column of dates."""
    column = schema.columns[ref.table, ref.column]
    years = {(edge or "")[:4] for edge in (column.info.minimum, column.info.maximum)}
    only = years.pop() if len(years) == 1 else ""
    timed = column.info.type.upper().startswith("TIME") or len(column.info.minimum or "") > len("2013-07-04")
    return Calendar(ref, {}, int(only) if only.isdigit() else None, timed)


def parts_of(schema: Schema, table: str) -> Calendar | None:
    """The calendar of a table whose columns hold the year, the month and so on."""
    found = {
        column.words[0]: column
        for column in schema.tables[table].columns
        if len(column.words) == 1 and column.words[0] in _PARTS and column.kind is ColumnKind.NUMBER
    }
    if not {"year", "month"} & set(found):
        return None
    refs = {part: Ref((), table, column.name) for part, column in found.items()}
    return Calendar(None, refs, _only_year(found.get("year")))


def is_calendar_part(column: str) -> bool:
    """Whether a column of this name says when something was (`year`, `model_year`), and not how long (`years`)."""
    return re.split(r"[\W_]", column.lower())[-1] in _PARTS


def is_one_of_several_parts(schema: Schema, column: Column) -> bool:
    """Whether a column holds the year, the month and so on of a time whose other parts stand beside it: by itself it
    orders nothing."""
    calendar = parts_of(schema, column.table)
    parts = list(calendar.parts.values()) if calendar is not None else []
    return len(parts) > 1 and any(ref.column == column.name for ref in parts)


def _only_year(column: Column | None) -> int | None:
    if column is None or column.info.minimum != column.info.maximum or not (column.info.minimum or "").isdigit():
        return None
    return int(column.info.minimum or 0)


def stretch(said: TimeExpression, year: int | None) -> tuple[date, date]:
    """The first day of a time, and the first day behind it. Raises `Unbound` where its year is not known."""
    known = said.year if said.year is not None else year
    if known is None or said.weekday is not None:
        raise Unbound(f"which year is meant by {said.text}")
    month = said.month or (3 * said.quarter - 2 if said.quarter else 1)
    try:
        start = date(known, month, said.day or 1)
    except ValueError as error:
        raise Unbound(f"{said.text} is not in the calendar") from error
    if said.day is not None:
        return start, start + timedelta(days=1)
    beyond = start.year * 12 + start.month - 1 + (1 if said.month else 3 if said.quarter else 12)
    return start, date(beyond // 12, beyond % 12 + 1, 1)
