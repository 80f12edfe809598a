"""Where the data end before the time that is asked for."""

from collections.abc import Iterable
from datetime import date

import sqlglot
from sqlglot import exp

from agent_worker.offline.asking_back.segments import Segments
from agent_worker.offline.english.relative_dates import Period, fixed, period_words, span_of
from agent_worker.offline.question.single import NotUnderstood, Single
from agent_worker.offline.question.troubles import Ambiguous
from agent_worker.offline.schema.model import Column, Table
from bus.contract.catalog import Catalog, CatalogColumn


def beyond_data(catalog: Catalog, sql: str, period: Period, question: str) -> None:
    """Raises `NotUnderstood` where no row can lie in the period, with the data's own last period to choose."""
    for table, column, first, last in _dates(catalog, sql):
        if _is_beyond(period, first, last):
            instead = _instead(period, question, last)
            raise NotUnderstood(question, _ended(period, table, column, first, last), instead)


def at_end_of_data(single: Single, problem: NotUnderstood, period: Period, question: str) -> NotUnderstood:
    """The same problem; or, where the period lies beyond all the dates that it may be of, that and what to ask of the
    data's own last period."""
    segments = Segments(single, question)
    happened = [events for table in segments.tables for events in segments.events(table)]
    known = (
        _dated(segments, segments.tables)
        or _dated(segments, happened)
        or _dated(segments, segments.schema.tables.values())
    )
    if not known or not all(_is_beyond(period, *days) for _, _, days in known):
        return problem
    table, column, (first, last) = known[0]
    tried = _instead(period, question, last)
    further = [option for text in tried for option in _meant_by(single, text)]
    within = period_words(*_data_period(period, last))
    return NotUnderstood(question, _ended(period, table.name, column.name, first, last), (*tried, *further), within)


def _dated(segments: Segments, tables: Iterable[Table]) -> list[tuple[Table, Column, tuple[date, date]]]:
    """Their columns of dates, each with the first and the last day."""
    return [(table, column, days) for table in tables for column in segments.dates(table)
            if (days := days_of(column.info)) is not None]  # fmt: skip


def _meant_by(single: Single, text: str) -> list[str]:
    """The questions that one that asks back offers itself."""
    try:
        single.alone(text)
    except NotUnderstood as problem:
        segment = problem.segment
        return (
            [problem.text[: segment.start] + o + problem.text[segment.end :] for o in problem.problem.options]
            if segment
            else []
        )
    return []


def _is_beyond(period: Period, first: date, last: date) -> bool:
    return last < period.first or period.last < first


def _ended(period: Period, table: str, column: str, first: date, last: date) -> Ambiguous:
    ends = f"end on {last}" if last < period.first else f"begin on {first}"
    return Ambiguous(f"“{period.said}” is {period.days}, and the {table} here {ends} ({column}).")


def _instead(period: Period, question: str, last: date) -> tuple[str, ...]:
    """The question of the data's last period of the same length, month and year."""
    several, found = fixed(question, last)
    if len(found) > 1:
        return (several,)
    spans = [_data_period(period, last), *(span_of(unit, last) for unit in ("month", "year"))]
    return tuple(dict.fromkeys(period.put_into(question, period_words(*span)) for span in spans))


def end_of_data(catalog: Catalog, sql: str, period: Period) -> str:
    """ ", and the orders end on 2026-03-01" where they end within the period, else nothing."""
    for table, _, _, last in _dates(catalog, sql):
        if last < period.last and (period.last - last).days > 1:
            return f", and the {table} here end on {last}"
    return ""


def _data_period(period: Period, last: date) -> tuple[date, date]:
    """The same length of time, as late as the data reach."""
    if period.unit:
        return span_of(period.unit, last)
    return date.fromordinal(max(last.toordinal() - (period.last - period.first).days, 1)), last


def _dates(catalog: Catalog, sql: str) -> list[tuple[str, str, date, date]]:
    """The columns of dates and years in a statement's conditions: table, column, first and last day."""
    parsed = sqlglot.parse_one(sql, dialect="duckdb")
    where = parsed.find(exp.Where)
    names = {column.name for column in where.find_all(exp.Column)} if where else set()
    tables = {table.name for table in parsed.find_all(exp.Table)}
    return [
        (table.name, column.name, *edges)
        for table in catalog.tables if table.name in tables
        for column in table.columns if column.name in names and (edges := days_of(column)) is not None
    ]  # fmt: skip


def days_of(column: CatalogColumn) -> tuple[date, date] | None:
    """The first and the last day that a column of dates, or of years, speaks of."""
    low, high = column.minimum or "", column.maximum or ""
    try:
        if column.type.startswith(("DATE", "TIMESTAMP")):
            return date.fromisoformat(low[:10]), date.fromisoformat(high[:10])
        if column.name.lower() == "year":
            return date(int(low), 1, 1), date(int(high), 12, 31)
    except ValueError:
        pass
    return None
