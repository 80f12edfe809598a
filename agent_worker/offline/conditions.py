"""The grammar of conditions: comparisons, ranges, lists of values, times, what is missing."""

from dataclasses import replace

from agent_worker.offline.cursor import SKIPPED, Cursor
from agent_worker.offline.draft import Condition, Draft, Having, MeasureDraft, Moment, Operator
from agent_worker.offline.items import Item, Unplaced, is_measure, is_table
from agent_worker.offline.moments import take_moment, unit_moments
from agent_worker.offline.phrases import Kind

_OPPOSITE: dict[str, Operator] = {"=": "!=", "in": "not in", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}
_LITERAL = (Kind.VALUE, Kind.QUOTED)
_NAMING = frozenset(("time", "date", "year", "number", "num", "id", "key", "code", "name", "day", "month", "hour"))
_HAVING = frozenset(("has", "have", "had", "having", "with", "that have", "which have"))
_JOINERS = (Kind.AND, Kind.OR, Kind.COMMA)
_LEAD = (Kind.PREP, Kind.GLUE, Kind.VERB)


class Conditions:
    """Reads conditions at the cursor into the draft."""

    def __init__(self, cursor: Cursor, draft: Draft) -> None:
        self.cursor = cursor
        self.draft = draft
        self.mark = 0

    def any(self) -> bool:
        """Take one condition if one begins here."""
        rules = (
            self._without,
            self._compared_name,
            self._had_number,
            self._signed,
            self._flag,
            self._named,
            self._ranged_time,
            self._since,
            self._at_time,
            self._values,
        )
        self.mark = self.cursor.at
        return any(self.cursor.attempt(rule) for rule in rules)

    def _add(self, operator: Operator, subject: Item | None, *operands: Item, **more: object) -> bool:
        item = operands[0] if operands else subject or self._said()
        told = sum(item.kind is Kind.VERB for item in self.cursor.items[: self.cursor.at])
        condition = Condition(operator, operands, subject=subject, told=told, item=item, **more)  # type: ignore[arg-type]
        self.draft.conditions.append(condition)
        return True

    def _said(self) -> Item:
        """All that the condition at hand has said, as one item."""
        items = self.cursor.items[self.mark : self.cursor.at]
        text = " ".join(item.text for item in items)
        return Item(Kind.DATE, text, items[0].start, items[-1].end)

    def _without(self) -> bool:
        """ "without tail number", "missing departure time" """
        cursor = self.cursor
        cursor.skip(*_LEAD)
        lead = cursor.take(Kind.WITHOUT, Kind.NULL)
        if lead is None:
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        name = cursor.take(Kind.NAME)
        if name is None or is_table(name):
            return False
        if lead.kind is Kind.WITHOUT and _may_be_none(name):
            options = (f"missing {name.text}", f"{name.text} = 0")
            raise Unplaced(f"Is {name.text} missing, or is it 0?", _span(lead, name), options)
        return self._add("set" if lead.word == "set" else "null", name)

    def _compared_name(self) -> bool:
        """ "more than 100 seats", "more than 10,000 flights": the name stands behind the number."""
        cursor = self.cursor
        cursor.skip(*_LEAD)
        operator = cursor.take(Kind.CMP)
        number = cursor.take(Kind.NUMBER) if operator else None
        if operator is None or number is None or number.number is None:
            return False
        name = cursor.take_past((Kind.GLUE,), Kind.NAME)
        if name is None or (name.unit and not name.names):
            return False
        if is_measure(name) or is_table(name) or name.names[0].kind == "text":
            return self._having("measure" if is_measure(name) else "count", name, operator, number)
        return self._add(_operator(operator), name, number)

    def _having(self, agg: str, name: Item, operator: Item, number: Item) -> bool:
        """ "with more than 10,000 flights", "with revenue over 1,000": a condition on groups."""
        self.draft.havings.append(Having(MeasureDraft(agg, name), _operator(operator), (number.number or 0.0,)))
        return True

    def _had_number(self) -> bool:
        """ "have 2 engines", "with 4 engines" """
        cursor = self.cursor
        cursor.skip(*_LEAD)
        lead, number, name = cursor.peek(-1), cursor.take(Kind.NUMBER), cursor.take(Kind.NAME)
        if lead is None or lead.text.lower() not in _HAVING or number is None or name is None:
            return False
        return bool(name.names) and name.names[0].kind == "number" and self._add("=", name, number)

    def _signed(self) -> bool:
        """ "negative account balance" """
        cursor = self.cursor
        cursor.skip(*_LEAD)
        sign, name = cursor.take(Kind.SIGN), cursor.take(Kind.NAME)
        if sign is None or name is None:
            return False
        zero = replace(sign, kind=Kind.NUMBER, text="0", number=0.0)
        return self._add(_operator(sign), name, zero)

    def _flag(self) -> bool:
        """ "active customers", "customers who are not active" """
        cursor = self.cursor
        negated = False
        while item := cursor.take(*_LEAD, Kind.NOT):
            negated = negated or item.kind is Kind.NOT
        name = cursor.take(Kind.NAME)
        if name is None or not name.names or name.names[0].kind != "flag":
            return False
        if cursor.sees(Kind.CMP, Kind.NULL):
            return False
        return self._add("false" if negated else "true", name)

    def _named(self) -> bool:
        """A name and what it is compared with: "distance over 1000", "origin JFK", "seats between 10 and 20"."""
        cursor = self.cursor
        cursor.skip(*_LEAD)
        name = cursor.take(Kind.NAME)
        return name is not None and self.tail(name)

    def tail(self, name: Item) -> bool:
        """The rest of a condition whose subject was just taken."""
        mark = self.cursor.at
        rules = (self._null_tail, self._compared_tail, self._between_tail, self._value_tail, self._time_tail)
        for rule in rules:
            self.cursor.at = mark
            if rule(name):
                return True
        self.cursor.at = mark
        return False

    def _null_tail(self, name: Item) -> bool:
        self.cursor.skip(*SKIPPED)
        null = self.cursor.take(Kind.NULL)
        return null is not None and self._add("set" if null.word == "set" else "null", name)

    def _compared_tail(self, name: Item) -> bool:
        cursor = self.cursor
        if bool(name.names) and name.names[0].column is None and name.names[0].measure is None:
            return False
        cursor.skip(*SKIPPED, Kind.PREP)
        negated = cursor.take(Kind.NOT) is not None
        operator = cursor.take(Kind.CMP)
        number = cursor.take(Kind.NUMBER) if operator else None
        if operator is None or number is None:
            return self._trailing(name, negated) if operator is None else False
        if name.names and name.names[0].kind == "text":
            return False
        if is_measure(name):
            return not negated and self._having("measure", name, operator, number)
        self._add(_operator(operator, negated), name, number)
        self._second_bound(name)
        return True

    def _second_bound(self, name: Item) -> None:
        """ "over 60 and under 120" """
        cursor, mark = self.cursor, self.cursor.at
        joined, operator, number = cursor.take(Kind.AND), cursor.take(Kind.CMP), cursor.take(Kind.NUMBER)
        if joined is None or operator is None or number is None or cursor.sees(Kind.NAME):
            cursor.at = mark
        else:
            self._add(_operator(operator), name, number)

    def _trailing(self, name: Item, negated: bool) -> bool:
        """ "engines 3 or more" """
        number, operator = self.cursor.take(Kind.NUMBER), self.cursor.take(Kind.CMP)
        if number is None or operator is None:
            return False
        return self._add(_operator(operator, negated), name, number)

    def _between_tail(self, name: Item) -> bool:
        cursor = self.cursor
        cursor.skip(*SKIPPED, Kind.PREP)
        if not cursor.take(Kind.BETWEEN, Kind.ROLE):
            return False
        low = cursor.take(Kind.NUMBER)
        if low is not None and cursor.take(Kind.AND, Kind.ROLE):
            high = cursor.take(Kind.NUMBER)
            if high is not None and not cursor.sees(Kind.MONTH):
                return self._add("between", name, low, high)
        return False

    def _value_tail(self, name: Item) -> bool:
        """ "carrier is UA or AA", "order status F", "month 3", "tail number N14228" """
        cursor = self.cursor
        if name.names and name.names[0].kind == "date" and not name.unit:
            return False
        cursor.skip(*SKIPPED, Kind.PREP)
        negated = bool(cursor.take(Kind.NOT))
        sign = cursor.take(Kind.CMP)
        if sign is not None and sign.word not in ("=", "!="):
            return False
        explicit, negated = sign is not None, negated or (sign is not None and sign.word == "!=")
        cursor.skip(Kind.GLUE)
        operands = self._list(*_LITERAL, Kind.NUMBER) or self._code(explicit)
        if not operands:
            return False
        if moments := unit_moments(name.unit, operands):
            dated = name if name.names and name.names[0].kind == "date" else None
            return self._add("not in" if negated else "in", dated, moments=moments)
        if not explicit and not _could_hold(name, operands[0]):
            return False
        return self._add(_listed(operands, negated), name, *operands)

    def _code(self, explicit: bool) -> tuple[Item, ...]:
        """A word the data do not list, where only a value can stand: "tailnum = N14228X" or one with digits in it."""
        item = self.cursor.peek()
        if item is None or item.kind is not Kind.UNKNOWN:
            return ()
        if not explicit and not any(letter.isdigit() for letter in item.text):
            return ()
        self.cursor.at += 1
        return (item,)

    def _time_tail(self, name: Item) -> bool:
        """ "order date after March 1995" """
        cursor = self.cursor
        cursor.skip(*SKIPPED, Kind.PREP)
        if not name.unit and not (name.names and name.names[0].kind == "date"):
            return False
        if cursor.sees(Kind.BETWEEN, Kind.ROLE):
            return self._range(name)
        sign = cursor.take(Kind.WHEN, Kind.CMP)
        cursor.skip(Kind.GLUE, Kind.PREP)
        moment = take_moment(cursor)
        if moment is None:
            return False
        return self._add(_operator(sign) if sign else "=", name, moments=(moment,))

    def _ranged_time(self) -> bool:
        """ "between March and May 2013", "from 1995 to 1996" """
        self.cursor.skip(*_LEAD)
        return self.cursor.sees(Kind.BETWEEN, Kind.ROLE) and self._range(None)

    def _range(self, name: Item | None) -> bool:
        cursor = self.cursor
        cursor.at += 1
        cursor.skip(Kind.GLUE)
        low = take_moment(cursor)
        if low is None or not cursor.take(Kind.AND, Kind.ROLE, Kind.WHEN):
            return False
        cursor.skip(Kind.GLUE)
        high = take_moment(cursor)
        if high is None:
            return False
        if low.year is None and high.year is not None:
            low = replace(low, year=high.year)
        return self._add("between", name, moments=(low, high))

    def _since(self) -> bool:
        cursor = self.cursor
        cursor.skip(*_LEAD)
        sign = cursor.take(Kind.WHEN)
        if sign is None:
            return False
        cursor.skip(Kind.GLUE, Kind.PREP)
        moment = take_moment(cursor)
        return moment is not None and self._add(_operator(sign), None, moments=(moment,))

    def _at_time(self) -> bool:
        cursor = self.cursor
        cursor.skip(*_LEAD, Kind.NOT)
        negated = cursor.sees(Kind.NOT, ahead=-1)
        moments: list[Moment] = []
        while (moment := take_moment(cursor)) is not None:
            moments.append(moment)
            mark = cursor.at
            if not cursor.take_past((Kind.COMMA,), Kind.AND, Kind.OR) and not cursor.take(Kind.COMMA):
                break
            cursor.skip(Kind.PREP, Kind.GLUE)
            if not cursor.sees(Kind.MONTH, Kind.QUARTER, Kind.WEEKDAY, Kind.DATE, Kind.NUMBER):
                cursor.at = mark
                break
        if not moments:
            return False
        return self._add("not in" if negated else "in", None, moments=_years_shared(moments))

    def _values(self) -> bool:
        """ "JFK", "from JFK or LGA", "not to LAX" """
        cursor = self.cursor
        role, negated = "", False
        if cursor.sees(Kind.BY) and cursor.sees(*_LITERAL, ahead=1) and cursor.items[cursor.at].text.lower() == "by":
            cursor.at += 1
        while item := cursor.take(*_LEAD, Kind.ROLE, Kind.NOT, Kind.WITHOUT):
            role = item.word if item.kind is Kind.ROLE else role
            negated = negated or item.kind in (Kind.NOT, Kind.WITHOUT)
            article = item.kind is Kind.GLUE and item.text.lower() == "the"
            if article and cursor.sees(Kind.VALUE) and len(cursor.items[cursor.at].text) <= 3:
                code = cursor.items[cursor.at]
                raise Unplaced(f"Is “{code.text}” meant as the value {code.values[0].value!r}?", code)
        operands = self._list(*_LITERAL)
        if not operands:
            return False
        subject = self._apposition(operands[0])
        return self._add(_listed(operands, negated), subject, *operands, role=role)

    def _apposition(self, value: Item) -> Item | None:
        """ "Delta airline", "AIR ship mode": the name behind a value that says what it is a value of."""
        name = self.cursor.peek()
        if name is not None and name.kind is Kind.NAME and _is_column_of(name, value):
            self.cursor.at += 1
            return name
        return None

    def _list(self, *kinds: Kind) -> tuple[Item, ...]:
        """Values joined by commas, "and", "or"."""
        cursor = self.cursor
        found = []
        while item := cursor.take(*kinds):
            found.append(item)
            mark = cursor.at
            cursor.skip(*_JOINERS)
            joined = cursor.at > mark
            cursor.skip(Kind.GLUE, *((Kind.ROLE,) if joined else ()))
            if not joined or not cursor.sees(*kinds):
                cursor.at = mark
                break
        return tuple(found)


def _may_be_none(name: Item) -> bool:
    """ "No delay" may be a delay of 0; "no arrival time" can only be missing."""
    return name.names[0].kind == "number" and not _NAMING & set(name.text.lower().replace("_", " ").split())


def _span(first: Item, last: Item) -> Item:
    """The stretch of the question from one item to another; its text is the question's only where they touch."""
    return replace(last, start=first.start, text=f"{first.text} {last.text}")


def _operator(sign: Item, negated: bool = False) -> Operator:
    return _OPPOSITE[sign.word] if negated else sign.word  # type: ignore[return-value]


def _listed(operands: tuple[Item, ...], negated: bool) -> Operator:
    plain: Operator = "in" if len(operands) > 1 else "="
    return ("not in" if plain == "in" else "!=") if negated else plain


def _could_hold(name: Item, operand: Item) -> bool:
    """Whether a value beside a name, with no sign between them, is the name's value."""
    if operand.kind is Kind.VALUE:
        return _is_column_of(name, operand)
    return bool(name.names) and name.names[0].column is not None


def _is_column_of(name: Item, value: Item) -> bool:
    for candidate in name.names:
        for ref in value.values:
            if candidate.table == ref.table and candidate.column == ref.column:
                return True
            if candidate.column is None and candidate.table == ref.table and ref.column.endswith("name"):
                return True
    return False


def _years_shared(moments: list[Moment]) -> tuple[Moment, ...]:
    """ "March and April 2013": a year said once, at the end, belongs to all."""
    year = moments[-1].year
    return tuple(replace(m, year=year) if m.year is None and (m.month or m.quarter) and year else m for m in moments)
