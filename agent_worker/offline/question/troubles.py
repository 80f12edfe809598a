"""What stands in the way of an answer, and what may be meant: told from a question's words and interpretations."""

from collections.abc import Iterator, Sequence

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import AMOUNTS, DERIVED
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.question.cut import Segment, SegmentKind
from agent_worker.offline.schema.model import Column, Schema
from agent_worker.offline.schema.roles import NUMERIC, ColumnKind, ColumnRole


class Ambiguous(Exception):
    """A segment of the question has no place: the planner asks back.

    `message` is the question to the person; `options` are texts that could stand in place of `segment`.
    """

    def __init__(self, message: str, segment: Segment | None = None, options: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.segment = segment
        self.options = options


UNSURE = "I am not sure that I read all of this question. Please say it in simpler words, or name the columns."
_NO_QUESTION = "I see no question about these data."
_FIGURES = ("average", "total", "maximum")
_BEFORE_TIMES = english.PREPOSITIONS | english.TIMELY | {"until", "till", "through", "between"}
_MOST = 6


class Troubles:
    """Looks at one question over a schema. `segments` are its words, cut up."""

    def __init__(self, schema: Schema, text: str, segments: Sequence[Segment], several_dates: str = "") -> None:
        self.schema = schema
        self.text = text
        self.segments = segments
        self._dated = several_dates
        """The table that has several dates, none of which is said."""

    def first(self) -> Ambiguous:
        """The first thing that stands in the way, from what is surest to what is only not understood."""
        ways = (
            self._unknown,
            self._vague,
            self._parts,
            self._values,
            self._columns,
            self._dates,
            self._figure,
            self._amount,
            self._rank,
        )
        found = next((trouble for way in ways for trouble in way()), None)
        if found is not None:
            return found
        named = any(segment.kind in (SegmentKind.NAME, SegmentKind.VALUE) for segment in self.segments)
        return Ambiguous(UNSURE if named else _NO_QUESTION)

    def _unknown(self) -> Iterator[Ambiguous]:
        for at, segment in enumerate(self.segments):
            if segment.kind is not SegmentKind.UNKNOWN or any(letter.isdigit() for letter in segment.text):
                continue
            before = [other.kind for other in self.segments[max(at - 2, 0) : at]]
            if before == [SegmentKind.COMPARE, SegmentKind.LITERAL]:
                yield Ambiguous(
                    f"The data do not say that anything is counted in “{segment.text}”: leave it out if the column is, "
                    "or give the number in the column's own unit.",
                    segment,
                )
            yield Ambiguous(f"I do not know what “{segment.text}” means in these data.", segment)

    def _vague(self) -> Iterator[Ambiguous]:
        for segment in self.segments:
            if segment.kind is SegmentKind.VAGUE:
                message = f"“{segment.text}” can mean several things: say it with a column and a number or an order."
                yield Ambiguous(message, segment)

    def _parts(self) -> Iterator[Ambiguous]:
        """A thing of which the rows that are meant have several, by the part that each plays: a flight's airports."""
        things = [segment for segment in self.segments if segment.is_table]
        told = [segment for segment in self.segments if segment not in things] if things else []
        named = {(c.table, c.column) for segment in told for c in segment.names}
        rows = dict.fromkeys(c.table for segment in things for c in segment.names)
        rows |= dict.fromkeys(c.table for segment in told for c in segment.names if c.column)
        for segment in things:
            for thing in [c.table for c in segment.names if c.column is None and not c.via[0]]:
                for table in rows:
                    keys = [key for key in self.schema.keys_of(table) if key.ref_table == thing]
                    if len(keys) > 1 and not any((table, key.column) in named for key in keys):
                        parts = [_part(self.schema.columns[table, key.column], segment.text) for key in keys[:_MOST]]
                        message = (
                            f"“{segment.text}” may be {_listed(parts, 'or')}: {table} have each of them. Which one?"
                        )
                        yield Ambiguous(message, segment, tuple(parts))

    def _values(self) -> Iterator[Ambiguous]:
        """A value that stands in several columns of one table, or parts of several values."""
        for at, segment in enumerate(self.segments):
            named = any(other.kind is SegmentKind.NAME for other in self.segments[max(at - 1, 0) : at + 2])
            if segment.kind is not SegmentKind.VALUE or named:
                continue
            columns = list(dict.fromkeys(self.schema.columns[ref.table, ref.column] for ref in segment.values))
            alike = [c for c in columns if c.table == columns[0].table]
            if len(alike) > 1:
                said = [column.spoken for column in alike]
                whole = () if segment.is_whole_value else [ref.value for ref in segment.values[:_MOST]]
                options = (*(f"{one} {segment.text}" for one in said), *whole)
                yield Ambiguous(f"“{segment.text}” may be {' or '.join(said)}. Which one?", segment, options)
            texts = list(dict.fromkeys(ref.value for ref in segment.values))
            if len(texts) > 1 and not segment.is_whole_value:
                shown = ", ".join(texts[:5])
                yield Ambiguous(f"“{segment.text}” fits several values: {shown}. Which one?", segment, tuple(texts[:5]))

    def _columns(self) -> Iterator[Ambiguous]:
        """A name of several columns."""
        for segment in self.segments:
            if segment.kind is not SegmentKind.NAME or not segment.names or segment.unit or segment.is_table:
                continue
            best = segment.names[0].cost
            pairs = [(c.table, c.column) for c in segment.names if c.column and c.cost <= best]
            columns = [self.schema.columns[place] for place in dict.fromkeys(pairs) if place in self.schema.columns]
            if len(columns) < 2:
                continue
            said = [column.spoken for column in columns[:_MOST]]
            if len(set(said)) < len(said):
                said = [f"{column.spoken} of {self.schema.tables[column.table].noun}" for column in columns[:_MOST]]
            options = tuple(dict.fromkeys(said))
            yield Ambiguous(f"“{segment.text}” may mean {_listed(options, 'or')}. Which one?", segment, options)

    def _dates(self) -> Iterator[Ambiguous]:
        """A time of a table that has several dates."""
        if not self._dated:
            return
        dates = [column for column in self.schema.tables[self._dated].columns if column.kind is ColumnKind.DATE]
        said = [column.spoken for column in dates]
        message = f"{self._dated} has several dates: {', '.join(said)}. Which one is meant"
        for at, segment in enumerate(self.segments):
            if segment.unit and not segment.names:
                yield Ambiguous(
                    f"{message} by “{segment.text}”?", segment, tuple(f"{segment.text} of {one}" for one in said)
                )
            if segment.kind is SegmentKind.LITERAL or segment.text.lower() in ("between", "since", "before", "after"):
                yield Ambiguous(f"{message}?", *self._before(at, said))

    def _before(self, at: int, said: list[str]) -> tuple[Segment, tuple[str, ...]]:
        """The word before a time, with each date put before it."""
        starts = at > 0 and self.segments[at - 1].text.lower() in _BEFORE_TIMES
        segment = self.segments[at - 1] if starts else self.segments[at]
        return segment, tuple(f"with {one} {segment.text}" for one in said)

    def _figure(self) -> Iterator[Ambiguous]:
        """A column of numbers by groups, or of what happened: which figure of it?"""
        kinds = [segment.kind for segment in self.segments]
        if {SegmentKind.FIGURE, SegmentKind.COUNT, SegmentKind.TOP} & set(kinds):
            return
        grouped = kinds.index(SegmentKind.GROUP) if SegmentKind.GROUP in kinds else 0
        for segment in self.segments[:grouped] or self.segments:
            happened = not any(self.schema.tables[c.table].labels for c in segment.names[:1])
            if (
                segment.kind is SegmentKind.NAME
                and not segment.is_table
                and self._is_figure(segment)
                and (grouped or happened)
            ):
                options = tuple(f"{figure} {segment.text}" for figure in _FIGURES)
                message = f"Which figure of {segment.text}: its {options[0].split()[0]}, its total, its maximum?"
                yield Ambiguous(message, segment, options)

    def _amount(self) -> Iterator[Ambiguous]:
        """ "Sales" are a number of rows to one person and a sum of money to another."""
        if {SegmentKind.COUNT, SegmentKind.FIGURE} & {segment.kind for segment in self.segments}:
            return
        for segment in self.segments:
            noun = segment.kind is SegmentKind.NAME and segment.is_table and segment.text.lower() not in DERIVED
            tables = [c.table for c in segment.names if c.column is None] if noun else []
            amounts = [
                c for name in tables[:1] for c in self.schema.tables[name].columns if c.role is ColumnRole.QUANTITY
            ]
            if tables and self.schema.tables[tables[0]].words[-1].rstrip("s") in AMOUNTS and amounts:
                options = (f"number of {segment.text}", *(f"total {c.spoken}" for c in amounts[:3]))
                yield Ambiguous(f"Is the number of {segment.text} meant, or a sum of them?", segment, options)

    def _rank(self) -> Iterator[Ambiguous]:
        """ "top 5 airlines": by what?"""
        kinds = [segment.kind for segment in self.segments]
        if SegmentKind.TOP not in kinds or SegmentKind.GROUP in kinds:
            return
        for segment in self.segments[kinds.index(SegmentKind.TOP) :]:
            tables = [c.table for c in segment.names if c.column is None] if segment.kind is SegmentKind.NAME else []
            events = [key.table for name in tables[:1] for key in self.schema.keys_to(name)]
            events = events or [c.table for c in segment.names[:1]]
            if segment.kind is SegmentKind.NAME:
                options = tuple(f"{segment.text} by number of {table}" for table in dict.fromkeys(events))
                yield Ambiguous(f"By what is “{segment.text}” ranked?", segment, options[:3])

    def _is_figure(self, segment: Segment) -> bool:
        pairs = [(c.table, c.column or "") for c in segment.names if c.cost <= segment.names[0].cost]
        return bool(pairs) and all(
            place in self.schema.columns and self.schema.columns[place].role in NUMERIC for place in pairs
        )


def _part(column: Column, noun: str) -> str:
    """What a thing is called by the part that it plays: "origin airports", "home teams"."""
    words = [word for word in column.words if stem(word) != stem(noun)]
    return " ".join((*words, noun))


def _listed(texts: Sequence[str], between: str) -> str:
    *most, last = texts
    return f"{', '.join(most)} {between} {last}" if most else last
