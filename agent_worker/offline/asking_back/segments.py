"""What can be recognised in a question that is not understood as a whole."""

from dataclasses import dataclass, field
from functools import cached_property

from agent_worker.offline.english.senses import ASKING, SYNONYMS
from agent_worker.offline.english.tokens import words_in
from agent_worker.offline.english.verbs import VERBS
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.question.cut import Segment, SegmentKind
from agent_worker.offline.question.single import Single
from agent_worker.offline.schema.model import Column, Schema, Table
from agent_worker.offline.schema.ranges import holds_years
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_FIGURES = (ColumnRole.QUANTITY, ColumnRole.RATE)
_NO_FIGURES = frozenset(
    """lat lon lng latitude longitude zip postcode version tz timezone year month day hour minute second week quarter
    weekday""".split()  # noqa: SIM905
)
"""Words of numbers that nobody adds up or ranks by."""
_SOFT = (SegmentKind.UNKNOWN, SegmentKind.VAGUE)


@dataclass
class Segments:
    """The names and values in a question, the tables that it may be about, and the words that are left over."""

    single: Single
    text: str
    all: list[Segment] = field(init=False)

    def __post_init__(self) -> None:
        self.all = self.single.words.cut(self.text)

    def translated(self) -> "Segments":
        """The same with other words for tables: "tracks" in the place of "songs"."""
        text = self.text
        nouns = {stem(table.words[-1]): table for table in self.schema.tables.values()}
        for segment in reversed(
            [segment for segment in self.all if segment.kind in (SegmentKind.UNKNOWN, SegmentKind.VALUE)]
        ):
            word = segment.text.lower()
            if word in VERBS or segment.is_whole_value:
                continue
            meant = [nouns[stem(o)] for o in SYNONYMS.get(word, SYNONYMS.get(stem(word), ())) if stem(o) in nouns]
            if meant:
                noun = meant[0].plural if word.endswith("s") else meant[0].singular
                text = text[: segment.start] + noun + text[segment.end :]
        return self if text == self.text else Segments(self.single, text)

    @property
    def schema(self) -> Schema:
        return self.single.core.schema

    @property
    def names(self) -> list[Segment]:
        return [segment for segment in self.all if segment.kind is SegmentKind.NAME and segment.names]

    @property
    def values(self) -> list[Segment]:
        return [segment for segment in self.all if segment.is_whole_value]

    @property
    def words(self) -> set[str]:
        """All words of the question in small letters."""
        return set(words_in(self.text))

    @property
    def left_over(self) -> list[Segment]:
        """The segments that nothing in the data explains."""
        return [segment for segment in self.all if segment.kind in _SOFT]

    @property
    def unknown(self) -> list[Segment]:
        """The words that are neither of the data nor of asking."""
        return [
            segment
            for segment in self.left_over
            if segment.kind is SegmentKind.UNKNOWN and segment.text.lower() not in ASKING
        ]

    @cached_property
    def tables(self) -> list[Table]:
        """The tables that are named; else those whose columns or values are; else the largest."""
        named = [
            c.table
            for segment in self.names
            if segment.is_table
            for c in segment.names
            if c.column is None and c.cost <= 0.1
        ]
        near = [c.table for segment in self.names for c in segment.names[:2]]
        near += [ref.table for segment in self.values for ref in segment.values[:2]]
        largest = max(self.schema.tables.values(), key=lambda table: table.info.row_count)
        found = list(dict.fromkeys(named or near)) or [largest.name]
        return [self.schema.tables[name] for name in found]

    @property
    def names_a_table(self) -> bool:
        return any(segment.is_table for segment in self.names)

    @property
    def columns(self) -> list[Column]:
        """The columns that are named."""
        refs = [
            (c.table, c.column) for segment in self.names if not segment.is_table for c in segment.names if c.column
        ]
        return [self.schema.columns[ref] for ref in dict.fromkeys(refs) if ref in self.schema.columns]

    def events(self, table: Table) -> list[Table]:
        """The tables whose rows refer to one: its orders, its visits; the largest first."""
        keys = [key for key in self.schema.keys if key.ref_table == table.name and key.table != table.name]
        refs = dict.fromkeys(k.table for k in keys if not self.schema.columns[k.table, k.column].info.unique)
        return sorted((self.schema.tables[name] for name in refs), key=lambda t: -t.info.row_count)

    def owners(self, name: str) -> list[Table]:
        """The tables to which the rows of one refer."""
        return [self.schema.tables[key.ref_table] for key in self.schema.keys_of(name)]

    @property
    def dated(self) -> list[Table]:
        """The tables with dates, those whose rows happen rather than are first."""
        found = [table for table in self.schema.tables.values() if self.dates(table)]
        happening = [table for table in found if self.schema.keys_of(table.name)] or found
        return sorted(happening, key=lambda table: -table.info.row_count)

    def amounts(self, table: Table) -> list[Column]:
        """The columns of a table that measure something."""
        return [
            c
            for c in table.columns
            if c.role in _FIGURES and not _NO_FIGURES & set(c.all_words[-1:]) and not holds_years(c.info, 1800, 2100)
        ]

    def categories(self, table: Table) -> list[Column]:
        """The columns of a table by which its rows fall into few groups."""
        return [c for c in table.columns if c.role in (ColumnRole.CATEGORY, ColumnRole.FLAG) and c.info.values]

    def dates(self, table: Table) -> list[Column]:
        return [c for c in table.columns if c.kind is ColumnKind.DATE]
