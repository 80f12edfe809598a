"""The grammar of conditions: the rules by which one may begin."""

from dataclasses import replace

from agent_worker.offline.english.phrases import Kind
from agent_worker.offline.grammar.rules.comparisons import LITERAL, Comparing, is_column_of, take_list
from agent_worker.offline.grammar.rules.condition_sink import LEAD, ConditionBuilder, listed, sign_of
from agent_worker.offline.grammar.rules.cursor import Cursor
from agent_worker.offline.grammar.rules.question_ast import QuestionAst
from agent_worker.offline.grammar.rules.time_conditions import Timing
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme, is_measure, is_table

_NAMING = frozenset(("time", "date", "year", "number", "num", "id", "key", "code", "name", "day", "month", "hour"))
_HAVING = frozenset(("has", "have", "had", "having", "with", "that have", "which have"))
_PLACING = frozenset(("in", "at", "within", "on"))
_SHORT_CODE = 3


class Conditions:
    """Reads conditions at the cursor into the draft."""

    def __init__(self, cursor: Cursor, draft: QuestionAst) -> None:
        self.cursor = cursor
        self.sink = ConditionBuilder(cursor, draft)
        self.timing = Timing(cursor, self.sink)
        self.comparing = Comparing(cursor, self.sink, self.timing)

    def any(self) -> bool:
        """Take one condition if one begins here."""
        rules = (
            self._without,
            self._compared_name,
            self._had_number,
            self._signed,
            self._flag,
            self._named,
            self.timing.ranged,
            self.timing.since,
            self.timing.at,
            self._values,
        )
        self.sink.mark = self.cursor.at
        return any(self.cursor.attempt(rule) for rule in rules)

    def tail(self, name: Lexeme) -> bool:
        """The rest of a condition whose subject was just taken."""
        return self.comparing.tail(name)

    def _without(self) -> bool:
        """ "without tail number", "missing departure time" """
        cursor = self.cursor
        cursor.skip(*LEAD)
        lead = cursor.take(Kind.WITHOUT, Kind.NULL)
        if lead is None:
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        name = cursor.take(Kind.NAME)
        if name is None or not name.names or is_table(name):
            return False
        if lead.kind is Kind.WITHOUT and _may_be_none(name):
            options = (f"missing {name.text}", f"{name.text} = 0")
            raise Ambiguous(f"Is {name.text} missing, or is it 0?", _span(lead, name), options)
        return self.sink.add("set" if lead.word == "set" else "null", name)

    def _compared_name(self) -> bool:
        """ "more than 100 seats", "more than 10,000 flights": the name stands behind the number."""
        cursor = self.cursor
        cursor.skip(*LEAD)
        operator = cursor.take(Kind.CMP)
        number = cursor.take(Kind.NUMBER) if operator else None
        if operator is None or number is None or number.number is None:
            return False
        name = cursor.take_past((Kind.GLUE,), Kind.NAME)
        if name is None or not name.names:
            return False
        if is_measure(name) or is_table(name) or name.names[0].kind == "text":
            return self.sink.having("measure" if is_measure(name) else "count", name, operator, number)
        return self.sink.add(sign_of(operator), name, number)

    def _had_number(self) -> bool:
        """ "have 2 engines", "with 4 engines" """
        cursor = self.cursor
        cursor.skip(*LEAD)
        lead, number, name = cursor.peek(-1), cursor.take(Kind.NUMBER), cursor.take(Kind.NAME)
        if lead is None or lead.text.lower() not in _HAVING or number is None or name is None:
            return False
        return bool(name.names) and name.names[0].kind == "number" and self.sink.add("=", name, number)

    def _signed(self) -> bool:
        """ "negative account balance" """
        cursor = self.cursor
        cursor.skip(*LEAD)
        sign, name = cursor.take(Kind.SIGN), cursor.take(Kind.NAME)
        if sign is None or name is None:
            return False
        zero = replace(sign, kind=Kind.NUMBER, text="0", number=0.0)
        return self.sink.add(sign_of(sign), name, zero)

    def _flag(self) -> bool:
        """ "active customers", "customers who are not active" """
        cursor = self.cursor
        negated = False
        while item := cursor.take(*LEAD, Kind.NOT):
            negated = negated or item.kind is Kind.NOT
        name = cursor.take(Kind.NAME)
        if name is None or not name.names or name.names[0].kind != "flag":
            return False
        return not cursor.sees(Kind.CMP, Kind.NULL) and self.sink.add("false" if negated else "true", name)

    def _named(self) -> bool:
        """A name and what it is compared with: "distance over 1000", "origin JFK", "seats between 10 and 20"."""
        self.cursor.skip(*LEAD)
        name = self.cursor.take(Kind.NAME)
        return name is not None and self.tail(name)

    def _values(self) -> bool:
        """ "JFK", "from JFK or LGA", "not to LAX" """
        cursor = self.cursor
        role, negated, within = "", False, False
        if cursor.sees(Kind.BY) and cursor.sees(*LITERAL, ahead=1) and cursor.items[cursor.at].text.lower() == "by":
            cursor.at += 1
        while item := cursor.take(*LEAD, Kind.ROLE, Kind.NOT, Kind.WITHOUT):
            role = item.word if item.kind is Kind.ROLE else role
            negated = negated or item.kind in (Kind.NOT, Kind.WITHOUT)
            within = within or item.text.lower() in _PLACING
            self._check_article(item)
        operands = take_list(cursor, role, *LITERAL)
        if not operands:
            return False
        subject = self._apposition(operands[0])
        return self.sink.add(listed(operands, negated), subject, *operands, role=role, within=within)

    def _check_article(self, word: Lexeme) -> None:
        """ "the US" is a country; US alone may be a code."""
        code = self.cursor.peek()
        if word.text.lower() == "the" and code and code.kind is Kind.VALUE and len(code.text) <= _SHORT_CODE:
            raise Ambiguous(f"Is “{code.text}” meant as the value {code.values[0].value!r}?", code)

    def _apposition(self, value: Lexeme) -> Lexeme | None:
        """ "Delta airline", "AIR ship mode": the name behind a value that says what it is a value of."""
        name = self.cursor.peek()
        if name is not None and name.kind is Kind.NAME and is_column_of(name, value):
            self.cursor.at += 1
            return name
        return None


def _may_be_none(name: Lexeme) -> bool:
    """ "No delay" may be a delay of 0; "no arrival time" can only be missing."""
    return name.names[0].kind == "number" and not _NAMING & set(name.text.lower().replace("_", " ").split())


def _span(first: Lexeme, last: Lexeme) -> Lexeme:
    """The stretch of the question from one item to another; its text is the question's only where they touch."""
    return replace(last, start=first.start, text=f"{first.text} {last.text}")
