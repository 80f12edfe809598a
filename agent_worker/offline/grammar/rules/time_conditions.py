"""The grammar of time conditions: "in March 2013", "since 2012", "between March and May", "not on Mondays"."""

from dataclasses import replace

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.condition_sink import LEAD, ConditionBuilder, sign_of
from agent_worker.offline.grammar.rules.cursor import SKIPPED, Cursor
from agent_worker.offline.grammar.rules.dates import take_moment
from agent_worker.offline.grammar.rules.question_ast import Moment
from agent_worker.offline.lexer.lexemes import Lexeme

_MOMENT = (Kind.MONTH, Kind.QUARTER, Kind.WEEKDAY, Kind.DATE, Kind.NUMBER)


class Timing:
    """Reads conditions on time at the cursor, with or without the name of a date before them."""

    def __init__(self, cursor: Cursor, sink: ConditionBuilder) -> None:
        self.cursor = cursor
        self.sink = sink

    def tail(self, name: Lexeme) -> bool:
        """ "order date after March 1995": the rest of a condition on a date just taken."""
        cursor = self.cursor
        if not name.unit and not (name.names and name.names[0].kind == "date"):
            return False
        cursor.skip(*SKIPPED, Kind.PREP)
        if cursor.sees(Kind.BETWEEN, Kind.ROLE):
            return self._range(name)
        sign = cursor.take(Kind.WHEN, Kind.CMP)
        cursor.skip(Kind.GLUE, Kind.PREP)
        moment = take_moment(cursor)
        return moment is not None and self.sink.add(sign_of(sign) if sign else "=", name, moments=(moment,))

    def ranged(self) -> bool:
        """ "between March and May 2013", "from 1995 to 1996" """
        self.cursor.skip(*LEAD)
        return self.cursor.sees(Kind.BETWEEN, Kind.ROLE) and self._range(None)

    def since(self) -> bool:
        """ "since 2012", "before March" """
        cursor = self.cursor
        cursor.skip(*LEAD)
        sign = cursor.take(Kind.WHEN)
        if sign is None:
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        moment = take_moment(cursor)
        return moment is not None and self.sink.add(sign_of(sign), None, moments=(moment,))

    def at(self) -> bool:
        """ "in March and April 2013", "not on Mondays" """
        cursor = self.cursor
        negated = False
        while item := cursor.take(*LEAD, Kind.NOT):
            negated = negated or item.kind is Kind.NOT
        moments = self._list()
        if not moments:
            return False
        return self.sink.add("not in" if negated else "in", None, moments=_years_shared(moments))

    def _range(self, name: Lexeme | None) -> bool:
        cursor = self.cursor
        start = cursor.take(Kind.BETWEEN, Kind.ROLE)
        cursor.skip(Kind.GLUE)
        low = take_moment(cursor)
        if low is None or start is None or not take_until(cursor, start):
            return False
        cursor.skip(Kind.GLUE)
        high = take_moment(cursor)
        if high is None:
            return False
        if low.year is None and high.year is not None:
            low = replace(low, year=high.year)
        return self.sink.add("between", name, moments=(low, high))

    def _list(self) -> list[Moment]:
        """Points of time joined by commas, "and", "or"."""
        cursor = self.cursor
        moments: list[Moment] = []
        while (moment := take_moment(cursor)) is not None:
            moments.append(moment)
            mark = cursor.at
            cursor.skip(Kind.COMMA, Kind.AND, Kind.OR)
            joined = cursor.at > mark
            cursor.skip(Kind.PREP, Kind.GLUE)
            if not joined or not cursor.sees(*_MOMENT):
                cursor.at = mark
                break
        return moments


def take_until(cursor: Cursor, start: Lexeme) -> bool:
    """Pass over what joins the ends of a range: "and" after "between", "to" or "until" after "from"."""
    end = cursor.take(Kind.AND, Kind.ROLE, Kind.WHEN)
    if end is None:
        return False
    if start.kind is Kind.BETWEEN:
        return end.kind is Kind.AND or end.word == "to"
    return start.word == "from" and (end.word == "to" or (end.kind is Kind.WHEN and end.word == "<="))


def _years_shared(moments: list[Moment]) -> tuple[Moment, ...]:
    """ "March and April 2013": a year said once, at the end, belongs to all."""
    year = moments[-1].year
    return tuple(replace(m, year=year) if m.year is None and (m.month or m.quarter) and year else m for m in moments)
