"""The segments of a question that is not read as a whole, cut from its lattice: the fewest, and no word over."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.phrases import Phrases
from agent_worker.offline.english.senses import ABSENCE, VAGUE
from agent_worker.offline.english.vocabulary import DERIVED
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.grammar.time.times import time_expression, unit_of_time
from agent_worker.offline.lexer.lattice import Lattice, Value
from agent_worker.offline.schema.lookup import Candidate, nearest
from agent_worker.offline.schema.value_index import ValueRef


class SegmentKind(StrEnum):
    """What a segment of a question is."""

    NAME = "name"
    VALUE = "value"
    LITERAL = "literal"
    """A number, a time or a quotation: what means the same whatever the data."""
    COUNT = "count"
    FIGURE = "figure"
    GROUP = "group"
    TOP = "top"
    COMPARE = "compare"
    WORD = "word"
    """Any other that the grammar knows."""
    VAGUE = "vague"
    UNKNOWN = "unknown"


_TELLING: tuple[tuple[SegmentKind, Phrases[Any]], ...] = (
    (SegmentKind.COUNT, english.COUNT),
    (SegmentKind.COUNT, english.BARE_COUNT),
    (SegmentKind.FIGURE, english.AGGREGATES),
    (SegmentKind.GROUP, english.GROUPS),
    (SegmentKind.TOP, english.TOPS),
    (SegmentKind.COMPARE, english.COMPARE),
)
_COST = {
    SegmentKind.NAME: 1.1,
    SegmentKind.VALUE: 1.2,
    SegmentKind.WORD: 1.2,
    SegmentKind.VAGUE: 1.5,
    SegmentKind.UNKNOWN: 100.0,
}
_PER_NAME_COST, _PART_OF_VALUE = 0.6, 0.6
_WHOLE = 0.1
"""What a name costs that is called just so, or so in the plural."""


@dataclass(frozen=True)
class Segment:
    """`start` and `end` are offsets in the question. `names` are what it may mean as a name, `values` as a value,
    `unit` as a unit of time, `number` as a number."""

    kind: SegmentKind
    text: str
    start: int
    end: int
    number: float | None = None
    names: tuple[Candidate, ...] = ()
    values: tuple[ValueRef, ...] = ()
    unit: str = ""

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text!r}>"

    @property
    def is_table(self) -> bool:
        """Whether a name is a table's in the first place: "flight" is, where there are flights and flight numbers."""
        return any(c.is_table and c.cost <= _WHOLE for c in self.names)

    @property
    def is_whole_value(self) -> bool:
        return bool(self.values) and self.values[0].whole

    @property
    def cost(self) -> float:
        cost = _COST.get(self.kind, 1.0)
        if self.kind is SegmentKind.VALUE and not self.is_whole_value:
            return cost + _PART_OF_VALUE
        return cost + (self.names[0].cost * _PER_NAME_COST if self.names else 0.0)


def cut(lattice: Lattice) -> list[Segment]:
    """The question's segments, in order, covering every token."""
    reader = Reader(lattice)
    best: list[tuple[float, tuple[Segment, ...]]] = [(0.0, ())] * (reader.size + 1)
    for at in range(reader.size - 1, -1, -1):
        further = ((one.cost + best[end][0], (one, *best[end][1])) for end, one in _segments(reader, at))
        best[at] = min(further, key=lambda entry: entry[0])
    return list(best[0][1])


def _segments(reader: Reader, at: int) -> Iterator[tuple[int, Segment]]:
    """What may begin at a token, and behind which it ends."""
    yield at + 1, _segment(reader, SegmentKind.UNKNOWN, at, at + 1)
    yield from _names(reader, at)
    for value in reader.values(at):
        if value.refs and not _says_nothing(value):
            yield value.end, replace(_segment(reader, SegmentKind.VALUE, at, value.end), values=value.refs)
    for number in reader.numbers(at):
        yield (
            at + 1,
            replace(_segment(reader, SegmentKind.LITERAL, at, at + 1), number=None if number.date else number.number),
        )
    yield from (
        (end, _segment(reader, SegmentKind.LITERAL, at, end))
        for end, _ in time_expression(reader, at)
        if not reader.numbers(at)
    )
    if reader.lattice.tokens[at].kind == "quoted":
        yield at + 1, _segment(reader, SegmentKind.LITERAL, at, at + 1)
    for kind, phrases in _TELLING:
        yield from ((end, _segment(reader, kind, at, end)) for end, _ in reader.phrase(phrases, at))
    for end in english.known_ends(reader.words, at):
        if not VAGUE & set(reader.words[at:end]) and not ABSENCE.issuperset(reader.words[at:end]):
            yield end, _segment(reader, SegmentKind.WORD, at, end)
    if reader.word(at) in english.ORDINALS or reader.is_of_measuring(at):
        yield at + 1, _segment(reader, SegmentKind.WORD, at, at + 1)
    if reader.word(at) in VAGUE:
        yield at + 1, _segment(reader, SegmentKind.VAGUE, at, at + 1)
    if not any(letter.isalnum() for letter in reader.word(at)):
        yield at + 1, _segment(reader, SegmentKind.WORD, at, at + 1)


def _says_nothing(value: Value) -> bool:
    """Whether a value is written as the data write none: "and", where there is a code AND."""
    return value.text.lower() in english.SAYS_NOTHING and all(ref.value != value.text for ref in value.refs)


def _names(reader: Reader, at: int) -> Iterator[tuple[int, Segment]]:
    """Names and units of time. A guess stands only where nothing fits better; a unit is a column only where that is
    called just so."""
    units = dict(unit_of_time(reader, at))
    for name in reader.names(at):
        unit = units.pop(name.end, "")
        names = tuple(c for c in name.candidates if c.cost <= _WHOLE) if unit else nearest(name.candidates)
        if names or unit:
            yield name.end, replace(_segment(reader, SegmentKind.NAME, at, name.end), names=names, unit=unit)
    for end, unit in units.items():
        yield end, replace(_segment(reader, SegmentKind.NAME, at, end), unit=unit)
    done = reader.lattice.look_up((DERIVED[reader.word(at)],)) if reader.word(at) in DERIVED else ()
    if tables := tuple(c for c in done if c.is_table):
        yield at + 1, replace(_segment(reader, SegmentKind.NAME, at, at + 1), names=tables)


def _segment(reader: Reader, kind: SegmentKind, start: int, end: int) -> Segment:
    tokens, question = reader.lattice.tokens, reader.lattice.question
    first, last = tokens[start].start, tokens[end - 1].end
    return Segment(kind, question[first:last], first, last)
