"""The reader that every rule is given: a question's words, what may begin at each, and the rules that others share."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TypeVar

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.phrases import Phrases
from agent_worker.offline.english.verbs import TELLING, VERBS
from agent_worker.offline.english.vocabulary import PEOPLE
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import Average, Operand, SelectItem
from agent_worker.offline.lexer.lattice import Lattice, Name, Number, Value
from agent_worker.offline.schema.lookup import PART, SURE, Candidate
from agent_worker.offline.schema.roles import ColumnRole, is_added_up, is_scale

V = TypeVar("V")
Found = tuple[int, Any, float]
"""Where a phrase ends, what it says, and what it costs to read it so."""
_PLAIN_VERBS = VERBS - TELLING


class Reader:
    """A question's words. All methods take a place and return what may begin there."""

    def __init__(self, lattice: Lattice) -> None:
        self.lattice = lattice
        self.words = lattice.words
        self.size = len(self.words)

    def phrase(self, phrases: Phrases[V], at: int) -> list[tuple[int, V]]:
        return phrases.at(self.words, at)

    def longest(self, phrases: Phrases[V], at: int) -> tuple[int, V] | None:
        found = phrases.at(self.words, at)
        return found[0] if found else None

    def maybe(self, phrases: Phrases[Any], at: int) -> int:
        """Behind the longest of these phrases, or where we are."""
        found = phrases.at(self.words, at)
        return found[0][0] if found else at

    def skip(self, phrases: Phrases[Any], at: int) -> int:
        """Behind as many of these phrases as there are."""
        while (end := self.maybe(phrases, at)) > at:
            at = end
        return at

    def word(self, at: int) -> str:
        return self.words[at] if 0 <= at < self.size else ""

    def ends(self, at: int) -> bool:
        """Whether nothing follows here that what stands before would be said of."""
        return at >= self.size or self.word(at) in english.STOPS

    def names(self, at: int) -> list[Name]:
        return self.lattice.names[at] if 0 <= at < self.size else []

    def before(self, at: int) -> Name | None:
        """The longest table's name that ends here."""
        found = [
            name for start in range(max(0, at - 4), at) for name in self.names(start) if name.end == at and name.tables
        ]
        return found[0] if found else None

    def noun(self, at: int) -> Iterator[tuple[int, Name]]:
        """A name, behind determiners."""
        for name in self.names(self.skip(english.DETERMINERS, at)):
            yield name.end, name

    def is_date(self, name: Name) -> bool:
        """Whether a name is a column's of dates or years in the first place."""
        first = name.candidates[0]
        roles = (ColumnRole.DATE, ColumnRole.YEAR)
        return bool(first.column) and self.lattice.index.schema.columns[first.table, first.column or ""].role in roles

    def owns(self, value: Value) -> bool:
        """Whether a value is said as what something is of: "Novak's"."""
        return value.refs != () and self.lattice.question[: self.lattice.tokens[value.end - 1].end].endswith(
            ("'s", "\u2019s")
        )

    def counts_in(self, name: Name, at: int) -> bool:
        """Whether a column's own name says what stands here behind its number: "a capacity under 1,000 pallets"."""
        columns = self.lattice.index.schema.columns
        return self.word(at) != "" and any(
            self.word(at) in columns[c.table, c.column or ""].all_words for c in name.columns[:1]
        )

    def added_up(self, one: SelectItem) -> SelectItem | None:
        """A column that is meant as its sum where nothing else is said: the cost of what happened, not of a thing."""
        schema = self.lattice.index.schema
        first = one.name.candidates[0] if one.name and not one.fn and not one.owner else None
        if first is None or first.column is None or schema.tables[first.table].labels:
            return None
        column = schema.columns[first.table, first.column]
        summed = column.role is ColumnRole.QUANTITY and is_added_up(column.words) and first.cost < SURE
        return replace(one, fn="sum", guessed=True) if summed else None

    def people(self, at: int) -> Name | None:
        """The tables of people, for a word that counts them."""
        tables = self.lattice.index.schema.tables.values()
        people = tuple(Candidate(t.name) for t in tables if stem(t.words[-1]) in PEOPLE)
        return Name(self.word(at), at, at + 1, people) if people else None

    def of_people(self, at: int) -> bool:
        """Whether what stands here is said of people right before it: "students over 30", "who are over 30"."""
        while self.word(at - 1) in english.BEING or self.word(at - 1) in ("who", "aged"):
            at -= 1
        name = self.before(at)
        tables = self.lattice.index.schema.tables
        return name is not None and stem(tables[name.tables[0].table].words[-1]) in PEOPLE

    def is_amount(self, name: Name) -> bool:
        """Whether a name is a column's of measures in the first place, or their unit."""
        columns = self.lattice.index.schema.columns
        found = [columns[c.table, c.column] for c in name.columns if c.column and c.cost <= name.cost + 0.1]
        return not name.tables and any(c.role is ColumnRole.QUANTITY and not is_scale(c.info) for c in found)

    def is_of_measuring(self, at: int) -> bool:
        """Whether a verb stands right behind what is measured, and says nothing more: "hours worked"."""
        starts = range(max(0, at - 3), at) if self.word(at) in _PLAIN_VERBS else ()
        found = [name for start in starts for name in self.names(start) if name.end == at and name.cost < PART]
        return any(self.is_amount(name) for name in found)

    def is_scale(self, name: Name) -> bool:
        """Whether a name is a column's of few whole numbers in the first place."""
        first = name.candidates[0]
        return bool(first.column) and is_scale(self.lattice.index.schema.columns[first.table, first.column or ""].info)

    def _is_column(self, end: int) -> bool:
        """Whether a column's name of several words ends here, "wind speed", or a figure's own: "billed"."""
        starts = range(max(0, end - 4), end - 1)
        if any(name.end == end and name.cost < 0.5 for start in starts for name in self.names(start)):
            return True
        columns = self.lattice.index.schema.columns
        alone = [c for name in self.names(end - 1) if name.end == end for c in name.columns if c.cost == 0.0]
        return any(c.column and columns[c.table, c.column].role is ColumnRole.QUANTITY for c in alone)

    def values(self, at: int) -> list[Value]:
        return self.lattice.values[at] if at < self.size else []

    def numbers(self, at: int) -> list[Number]:
        return self.lattice.numbers[at] if at < self.size else []

    def plain_numbers(self, at: int) -> list[Number]:
        """The numbers that are no dates."""
        return [number for number in self.numbers(at) if not number.date]

    def is_passive(self, at: int) -> bool:
        """Whether "by" behind this word tells who did it."""
        if self._is_column(at + 1):
            return False
        at -= self.word(at) in english.INVOLVING and at > 0
        word = self.word(at) if at >= 0 else ""
        if word in english.GROUPED or self.before(at + 1) or self._is_column(at + 1):
            return False
        done = word in VERBS and not word.endswith("s") and f"{word}s" not in VERBS  # no "leave by"
        return done or word.endswith("ed")

    def operand(self, at: int) -> Iterator[tuple[int, Operand]]:
        """A value, a number, a date, or "the average"."""
        while self.word(at) in ("the", "a", "an", "of", "that", "than", "those"):
            at += 1
        if self.word(at) == "$":
            at += 1
        for number in self.numbers(at):
            yield number.end, number
            if self.word(number.end) == "%":
                yield number.end + 1, replace(number, text=f"{number.text}%")
        for value in self.values(at):
            yield value.end, value
        for end, fn in self.phrase(english.AGGREGATES, at):
            if fn in ("avg", "min", "max"):
                yield end, Average(fn)
                for name in self.names(end):
                    yield name.end, Average(fn, name)

    def operands(self, at: int) -> Iterator[tuple[int, tuple[Operand, ...], bool]]:
        """One operand, or several with "or"/"and" between; the last says whether it was "both ... and"."""
        both = self.word(at) == "both"
        for end, first in self.operand(at + (self.word(at) in ("both", "either"))):
            yield end, (first,), False
            if isinstance(first, Average):
                continue
            yield from self._more(end, (first,), both)

    def known_values(self, at: int) -> Iterator[tuple[int, tuple[Operand, ...], bool]]:
        """Operands that all stand in the data."""
        for end, operands, both in self.operands(at):
            if all(isinstance(one, Value) and one.refs for one in operands):
                yield end, operands, both

    def _more(
        self, at: int, before: tuple[Operand, ...], both: bool
    ) -> Iterator[tuple[int, tuple[Operand, ...], bool]]:
        word, start = self.word(at), at + 1
        if word not in ("or", "and", "nor", ","):
            return
        if word == "," and self.word(start) in ("or", "and"):
            word, start = self.word(start), start + 1
        for end, other in self.operand(start):
            if type(other) is not type(before[0]):
                continue
            together = (*before, other)
            if word != ",":
                yield end, together, both or word == "and"
            if word == ",":
                yield from self._more(end, together, both)
