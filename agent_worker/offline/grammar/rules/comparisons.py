"""The grammar of what is compared with what: "distance over 1000", "more than 100 seats", "carrier is UA or AA"."""

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.condition_sink import ConditionBuilder, listed, sign_of
from agent_worker.offline.grammar.rules.cursor import SKIPPED, Cursor
from agent_worker.offline.grammar.rules.dates import unit_moments
from agent_worker.offline.grammar.rules.time_conditions import Timing, take_until
from agent_worker.offline.lexer.lexemes import Lexeme, is_measure

LITERAL = (Kind.VALUE, Kind.QUOTED)


class Comparing:
    """Reads the rest of a condition whose subject, a name, was just taken."""

    def __init__(self, cursor: Cursor, sink: ConditionBuilder, timing: Timing) -> None:
        self.cursor = cursor
        self.sink = sink
        self.timing = timing

    def tail(self, name: Lexeme) -> bool:
        """Take what the name is compared with, if anything is."""
        rules = (self._null, self._compared, self._between, self._value, self.timing.tail)
        return any(self.cursor.attempt(lambda rule=rule: rule(name)) for rule in rules)  # type: ignore[misc]

    def _null(self, name: Lexeme) -> bool:
        self.cursor.skip(*SKIPPED)
        null = self.cursor.take(Kind.NULL)
        return null is not None and self.sink.add("set" if null.word == "set" else "null", name)

    def _compared(self, name: Lexeme) -> bool:
        cursor = self.cursor
        best = name.names[0] if name.names else None
        if best is not None and (best.kind == "text" or (best.column is None and best.measure is None)):
            return False
        cursor.skip(*SKIPPED, Kind.PREP)
        negated = cursor.take(Kind.NOT) is not None
        operator = cursor.take(Kind.CMP)
        number = cursor.take(Kind.NUMBER)
        if operator is None and number is not None:
            operator = cursor.take(Kind.CMP)  # "engines 3 or more"
        if operator is None or number is None:
            return False
        if is_measure(name):
            return not negated and self.sink.having("measure", name, operator, number)
        self.sink.add(sign_of(operator, negated), name, number)
        self._second_bound(name)
        return True

    def _second_bound(self, name: Lexeme) -> None:
        """ "over 60 and under 120" """
        cursor, mark = self.cursor, self.cursor.at
        joined, operator, number = cursor.take(Kind.AND), cursor.take(Kind.CMP), cursor.take(Kind.NUMBER)
        if joined is None or operator is None or number is None or cursor.sees(Kind.NAME):
            cursor.at = mark
        else:
            self.sink.add(sign_of(operator), name, number)

    def _between(self, name: Lexeme) -> bool:
        cursor = self.cursor
        cursor.skip(*SKIPPED, Kind.PREP)
        start = cursor.take(Kind.BETWEEN, Kind.ROLE)
        low = cursor.take(Kind.NUMBER)
        if start is None or low is None or not take_until(cursor, start):
            return False
        high = cursor.take(Kind.NUMBER)
        return high is not None and not cursor.sees(Kind.MONTH) and self.sink.add("between", name, low, high)

    def _value(self, name: Lexeme) -> bool:
        """ "carrier is UA or AA", "order status F", "month 3", "tail number N14228" """
        cursor = self.cursor
        if name.names and name.names[0].kind == "date" and not name.unit:
            return False
        cursor.skip(*SKIPPED, Kind.PREP)
        negated = bool(cursor.take(Kind.NOT))
        sign = cursor.take(Kind.CMP)
        if sign is not None and sign.word not in ("=", "!="):
            return False
        negated = negated != (sign is not None and sign.word == "!=")
        cursor.skip(Kind.GLUE)
        operands = take_list(cursor, "", *LITERAL, Kind.NUMBER) or self._code(explicit=sign is not None)
        if not operands:
            return False
        if moments := unit_moments(name.unit, operands):
            dated = name if name.names and name.names[0].kind == "date" else None
            return self.sink.add("not in" if negated else "in", dated, moments=moments)
        if sign is None and not _could_hold(name, operands[0]):
            return False
        return self.sink.add(listed(operands, negated), name, *operands)

    def _code(self, explicit: bool) -> tuple[Lexeme, ...]:
        """A word the data do not list, where only a value can stand: "tailnum = N14228X" or one with digits in it."""
        item = self.cursor.peek()
        if item is None or item.kind is not Kind.UNKNOWN:
            return ()
        if not explicit and not any(letter.isdigit() for letter in item.text):
            return ()
        self.cursor.at += 1
        return (item,)


def take_list(cursor: Cursor, role: str, *kinds: Kind) -> tuple[Lexeme, ...]:
    """Values joined by commas, "and", "or"; a repeated "from" or "to" must be the same one."""
    found = []
    while item := cursor.take(*kinds):
        found.append(item)
        mark = cursor.at
        cursor.skip(Kind.AND, Kind.OR, Kind.COMMA)
        joined = cursor.at > mark
        cursor.skip(Kind.GLUE)
        repeated = cursor.take(Kind.ROLE)
        if not joined or not cursor.sees(*kinds) or (repeated is not None and repeated.word != role):
            cursor.at = mark
            break
    return tuple(found)


def is_column_of(name: Lexeme, value: Lexeme) -> bool:
    """Whether a value may be one of the column, or of the labels of the table, that a name means."""
    for candidate in name.names:
        for ref in value.values:
            if candidate.table == ref.table and candidate.column == ref.column:
                return True
            if candidate.column is None and candidate.table == ref.table and ref.column.endswith("name"):
                return True
    return False


def _could_hold(name: Lexeme, operand: Lexeme) -> bool:
    """Whether a value beside a name, with no sign between them, is the name's value."""
    if operand.kind is Kind.VALUE:
        return is_column_of(name, operand)
    return bool(name.names) and name.names[0].column is not None
