"""Buckets of time to group by, and periods to filter by, as expressions over a calendar."""

from sqlglot import exp

from agent_worker.offline.binder.rules.query_ir import Dimension, Filter
from agent_worker.offline.binder.rules.scope import Scope
from agent_worker.offline.binder.rules.time.calendars import Calendar, end_of, has, literal, start_of, words_of
from agent_worker.offline.grammar.rules.question_ast import Moment, Operator
from agent_worker.offline.lexer.lexemes import Ambiguous

_LEAP_YEAR = 2000
"""In which every day of a month is found that no year is said for."""
_OPERATORS = {">=": exp.GTE, ">": exp.GTE, "<": exp.LT, "<=": exp.LT}
_SAID = {">=": "from {} on", ">": "after {}", "<": "before {}", "<=": "until the end of {}"}


def bucket(scope: Scope, calendar: Calendar, unit: str) -> Dimension:
    """The dimension "by `unit`". Raises `Ambiguous` when the calendar is not fine enough."""
    expression, order = _bucket(scope, calendar, unit), None
    if unit == "weekday":
        expression, order = exp.func("dayname", expression), exp.func("isodow", expression.copy())
    said = words_of(unit)
    if calendar.column is not None:
        said += f" of {calendar.column.column}"
    return Dimension(expression, unit, said, calendar.columns, temporal=True, order=order)


def _bucket(scope: Scope, calendar: Calendar, unit: str) -> exp.Expression:
    column = calendar.column
    if column is None:
        return _part_bucket(scope, calendar, unit)
    value = scope.sql(column)
    if unit in ("quarter", "month", "week"):
        return exp.cast(exp.func("date_trunc", exp.Literal.string(unit), value, dialect="duckdb"), "date")
    if unit in ("day", "weekday"):
        return exp.cast(value, "date")
    if unit in ("hour",) and scope.column(column).type.upper() == "DATE":
        raise Ambiguous(f"{column.column} holds dates without hours.")
    names = {"month_of_year": "month", "day_of_month": "day"}
    return exp.func(names.get(unit, unit), value)


def _part_bucket(scope: Scope, calendar: Calendar, unit: str) -> exp.Expression:
    parts = {name: scope.sql(ref) for name, ref in calendar.parts.items()}
    if unit in ("year", "hour") and unit in parts:
        return parts[unit]
    if unit == "month_of_year" and "month" in parts:
        return parts["month"]
    if unit == "day_of_month" and "day" in parts:
        return parts["day"]
    if unit == "month" and "month" in parts and (calendar.year is not None or "year" not in parts):
        return parts["month"]
    if unit in ("month", "quarter") and has(calendar, "year", "month"):
        first = _make_date(parts, exp.Literal.number(1))
        if unit == "month":
            return first
        return exp.cast(exp.func("date_trunc", exp.Literal.string(unit), first, dialect="duckdb"), "date")
    if unit in ("day", "weekday", "week") and has(calendar, "year", "month", "day"):
        day = _make_date(parts, parts["day"])
        if unit == "week":
            return exp.cast(exp.func("date_trunc", exp.Literal.string(unit), day, dialect="duckdb"), "date")
        return day
    raise Ambiguous(f"{scope.base} has no column that tells the {words_of(unit)}.")


def _make_date(parts: dict[str, exp.Column], day: exp.Expression) -> exp.Expression:
    return exp.func("make_date", parts["year"], parts["month"], day, dialect="duckdb")


def period(scope: Scope, calendar: Calendar, operator: Operator, moments: tuple[Moment, ...]) -> Filter:
    """The condition "in", "since", "between" these moments."""
    text = " or ".join(moment.text for moment in moments)
    column = calendar.column
    name = scope.words(column.path, column.table, column.column) if column else "time"
    for moment in moments:
        if moment.weekday is None:
            start_of(moment, _LEAP_YEAR)
    if operator == "between":
        low, high = moments
        both = exp.and_(_side(scope, calendar, ">=", low), _side(scope, calendar, "<=", high))
        if start_of(low, calendar.year) > start_of(high, calendar.year):
            raise Ambiguous(f"{low.text} comes after {high.text}: which stretch of time is meant?")
        return Filter(both, f"{name} from {low.text} to the end of {high.text}", calendar.columns)
    if operator in _OPERATORS:
        return Filter(
            _side(scope, calendar, operator, moments[0]), f"{name} {_SAID[operator].format(text)}", calendar.columns
        )
    within = exp.or_(*(_within(scope, calendar, moment) for moment in moments))
    if operator in ("not in", "!="):
        return Filter(exp.not_(exp.paren(within)), f"{name} not in {text}", calendar.columns)
    listed = exp.paren(within) if len(moments) > 1 else within
    return Filter(listed, f"{name} in {text}", calendar.columns)


def _side(scope: Scope, calendar: Calendar, operator: str, moment: Moment) -> exp.Expression:
    """Everything before, from, until or after a moment; a moment is a stretch, so "after March" begins in April."""
    inclusive = operator in (">", "<=")
    edge = end_of(moment, calendar.year) if inclusive else start_of(moment, calendar.year)
    if calendar.column is not None:
        return _OPERATORS[operator](this=scope.sql(calendar.column), expression=literal(edge))
    if edge.month == edge.day == 1 and "year" in calendar.parts:
        year = scope.sql(calendar.parts["year"])
        return _OPERATORS[operator](this=year, expression=exp.Literal.number(edge.year))
    if edge.day == 1 and has(calendar, "year", "month"):
        parts = {name: scope.sql(ref) for name, ref in calendar.parts.items()}
        return _OPERATORS[operator](this=_make_date(parts, exp.Literal.number(1)), expression=literal(edge))
    return _OPERATORS[operator](this=_bucket(scope, calendar, "day"), expression=literal(edge))


def _within(scope: Scope, calendar: Calendar, moment: Moment) -> exp.Expression:
    if moment.weekday is not None:
        return exp.func("isodow", _bucket(scope, calendar, "weekday")).eq(moment.weekday)
    if calendar.column is not None and moment.year is not None:
        return exp.and_(_side(scope, calendar, ">=", moment), _side(scope, calendar, "<=", moment))
    said = {"year": moment.year, "quarter": moment.quarter, "month": moment.month, "day": moment.day}
    units = {"month": "month_of_year", "day": "day_of_month"}
    conditions = []
    for name, number in said.items():
        if number is None:
            continue
        if name == "quarter":
            source = scope.sql(calendar.column) if calendar.column else _bucket(scope, calendar, "month_of_year")
            value = (
                exp.func("quarter", source)
                if calendar.column
                else exp.func("ceil", exp.Div(this=source, expression=exp.Literal.number(3)))
            )
        else:
            value = _bucket(scope, calendar, units.get(name, name))
        conditions.append(value.eq(number))
    return exp.and_(*conditions)
