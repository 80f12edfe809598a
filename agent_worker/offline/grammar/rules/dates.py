"""Points of time in a question: "March 2013", "4 July 2013", "2013-07-04", "the first quarter", "on Mondays"."""

from dataclasses import replace

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.question_ast import Moment
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme

_YEARS = range(1900, 2101)
_SMALL = (Kind.GLUE, Kind.COMMA)


def take_moment(cursor: Cursor, bare_year: bool = True) -> Moment | None:
    """The point of time that begins here, or None. `bare_year`: a number alone may be a year."""
    item = cursor.peek()
    if item is None:
        return None
    if item.kind is Kind.DATE:
        cursor.at += 1
        return _iso(item)
    if item.kind is Kind.WEEKDAY:
        cursor.at += 1
        return Moment(item.text, weekday=_whole(item))
    if item.kind is Kind.MONTH:
        return _month(cursor)
    if item.kind is Kind.QUARTER:
        cursor.at += 1
        return _with_year(cursor, Moment(item.text, quarter=int(item.word)))
    if item.kind is Kind.NUMBER:
        if cursor.sees(Kind.MONTH, ahead=1) and _whole(item) in range(1, 32):
            return _day_month(cursor)
        if bare_year and is_year(item):
            cursor.at += 1
            return Moment(item.text, year=_whole(item))
    return None


def is_year(item: Lexeme | None) -> bool:
    """Whether a number can be meant as a year."""
    return (
        item is not None
        and item.kind is Kind.NUMBER
        and item.number in _YEARS
        and item.text.isdigit()
        and len(item.text) == 4
    )


def unit_moments(unit: str, numbers: tuple[Lexeme, ...]) -> tuple[Moment, ...]:
    """What "year 2013", "month 3" or "quarter 2" says; empty where the unit is no part of a date."""
    if unit not in ("year", "quarter", "month") or not all(item.kind is Kind.NUMBER for item in numbers):
        return ()
    return tuple(Moment(f"{unit} {item.text}", **{unit: _whole(item)}) for item in numbers)


def _month(cursor: Cursor) -> Moment:
    month = cursor.take(Kind.MONTH)
    assert month is not None
    day = None
    item = cursor.peek()
    if item is not None and item.kind is Kind.NUMBER and _whole(item) in range(1, 32):
        day = _whole(item)
        cursor.at += 1
    text = month.text if day is None else f"{month.text} {day}"
    return _with_year(cursor, Moment(text, month=_whole(month), day=day))


def _day_month(cursor: Cursor) -> Moment:
    day, month = cursor.take(Kind.NUMBER), cursor.take(Kind.MONTH)
    assert day is not None
    assert month is not None
    return _with_year(cursor, Moment(f"{day.text} {month.text}", month=_whole(month), day=_whole(day)))


def _with_year(cursor: Cursor, moment: Moment) -> Moment:
    mark = cursor.at
    cursor.skip(*_SMALL, Kind.PREP)
    item = cursor.peek()
    if item is not None and is_year(item):
        cursor.at += 1
        return replace(moment, text=f"{moment.text} {item.text}", year=_whole(item))
    cursor.at = mark
    return moment


def _iso(item: Lexeme) -> Moment:
    pieces = [int(piece) for piece in item.text.split("-")]
    year, month = pieces[0], pieces[1]
    day = pieces[2] if len(pieces) > 2 else None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        raise Ambiguous(f"“{item.text}” is not a date: write it as year-month-day.", item)
    return Moment(item.text, year=year, month=month, day=day)


def _whole(item: Lexeme) -> int:
    number = item.number
    return int(number) if number is not None and number == int(number) else -1
