"""Time in one table: columns named year, month, day, ... or a column of dates; buckets and periods over either."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlglot import exp

from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.grammar.rules.question_ast import Moment
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.join_paths import ColumnRef
from agent_worker.offline.schema.name_index import kind_of

_PARTS = ("year", "quarter", "month", "week", "day", "hour")
_WORDS = {"weekday": "day of the week", "day_of_month": "day of the month", "month_of_year": "month of the year"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where a table keeps its time: `parts` by name, or one `column` of dates; `year` when all rows are of one."""

    parts: dict[str, ColumnRef]
    column: ColumnRef | None
    year: int | None

    @property
    def columns(self) -> tuple[ColumnRef, ...]:
        return tuple(self.parts.values()) if self.column is None else (self.column,)


def calendar_of(scope: Scope, item: Lexeme | None = None, lead: str = "{0} of {1}") -> Calendar:
    """The base table's calendar. Raises `Ambiguous` when it has none, or several and none is declared; `lead` says how
    the words of `item` and of a column go together."""
    table = scope.table(scope.base)
    own = {column.name: ColumnRef((), table.name, column.name) for column in table.columns}
    declared = scope.catalog.description.default_dates.get(table.name)
    if declared in own:
        return date_calendar(scope, own[declared])
    parts = _part_columns(scope, own)
    if "year" in parts or "month" in parts:
        return Calendar(parts, None, _one_year(scope, parts.get("year")))
    dates = [own[column.name] for column in table.columns if kind_of(column) == "date"]
    if len(dates) == 1:
        return date_calendar(scope, dates[0])
    if dates:
        options = tuple(scope.words((), ref.table, ref.column) for ref in dates)
        unit = item.text if item is not None else "time"
        raise Ambiguous(f"{table.name} has several dates: {', '.join(options)}. Which one is meant by “{unit}”?",
                       item, tuple(lead.format(unit, option) for option in options))  # fmt: skip
    raise Ambiguous(f"{table.name} has no column with dates or times.", item)


def date_calendar(scope: Scope, ref: ColumnRef) -> Calendar:
    """The calendar of one column of dates."""
    column = scope.column(ref)
    years = {(text or "")[:4] for text in (column.minimum, column.maximum)}
    only = years.pop() if len(years) == 1 else ""
    return Calendar({}, ref, int(only) if only.isdigit() else None)


def _part_columns(scope: Scope, own: dict[str, ColumnRef]) -> dict[str, ColumnRef]:
    parts = {}
    for name, ref in own.items():
        words = scope.names.columns[scope.base, name]
        if len(words) == 1 and words[0] in _PARTS and scope.kind(ref) == "number":
            parts[words[0]] = ref
    return parts


def _one_year(scope: Scope, ref: ColumnRef | None) -> int | None:
    column = scope.column(ref) if ref is not None else None
    if column is None or column.minimum != column.maximum or not (column.minimum or "").isdigit():
        return None
    return int(column.minimum or 0)


def has(calendar: Calendar, *names: str) -> bool:
    return calendar.column is not None or all(name in calendar.parts for name in names)


def words_of(unit: str) -> str:
    return _WORDS.get(unit, unit)


def start_of(moment: Moment, year: int | None) -> date:
    """The first day of a moment. Raises `Ambiguous` when its year is not said and not clear from the data."""
    known = moment.year if moment.year is not None else year
    if known is None or moment.weekday is not None:
        raise Ambiguous(f"Which year is meant by “{moment.text}”?")
    month = moment.month or (3 * moment.quarter - 2 if moment.quarter else 1)
    try:
        return date(known, month, moment.day or 1)
    except ValueError as error:
        raise Ambiguous(f"“{moment.text}” is not in the calendar: {error}.") from error


def end_of(moment: Moment, year: int | None) -> date:
    """The first day after a moment."""
    start = start_of(moment, year)
    if moment.day is not None:
        return start + timedelta(days=1)
    months = 1 if moment.month else 3 if moment.quarter else 12
    beyond = start.year * 12 + start.month - 1 + months
    return date(beyond // 12, beyond % 12 + 1, 1)


def literal(day: date) -> exp.Expression:
    return exp.cast(exp.Literal.string(day.isoformat()), "date")
