"""What stands in the way of an answer, and what may be meant: told from the words and from what the readings lack."""

from collections.abc import Iterator, Sequence

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.tokens import stem
from agent_worker.offline.english.vocabulary import AMOUNTS, DERIVED
from agent_worker.offline.question.cut import Kind, Piece
from agent_worker.offline.schema.model import Column, Schema
from agent_worker.offline.schema.roles import NUMERIC, Role
from agent_worker.offline.schema.roles import Kind as Holds


class Ambiguous(Exception):
    """A piece of the question has no place: the planner asks back.

    `message` is the question to the person; `options` are texts that could stand in place of `item`.
    """

    def __init__(self, message: str, item: Piece | None = None, options: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.item = item
        self.options = options


UNSURE = "I am not sure that I read all of this question. Please say it in simpler words, or name the columns."
_NO_QUESTION = "I see no question about these data."
_FIGURES = ("average", "total", "maximum")
_BEFORE_TIMES = english.PREPOSITIONS | english.TIMELY | {"until", "till", "through", "between"}
_MOST = 6


class Troubles:
    """Looks at one question over a schema. `items` are its words, cut up."""

    def __init__(self, schema: Schema, text: str, items: Sequence[Piece], several_dates: str = "") -> None:
        self.schema = schema
        self.text = text
        self.items = items
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
        named = any(item.kind in (Kind.NAME, Kind.VALUE) for item in self.items)
        return Ambiguous(UNSURE if named else _NO_QUESTION)

    def _unknown(self) -> Iterator[Ambiguous]:
        for at, item in enumerate(self.items):
            if item.kind is not Kind.UNKNOWN or any(letter.isdigit() for letter in item.text):
                continue
            if [other.kind for other in self.items[max(at - 2, 0) : at]] == [Kind.COMPARE, Kind.LITERAL]:
                yield Ambiguous(
                    f"The data do not say that anything is counted in “{item.text}”: leave it out if the column is, or "
                    "give the number in the column's own unit.",
                    item,
                )
            yield Ambiguous(f"I do not know what “{item.text}” means in these data.", item)

    def _vague(self) -> Iterator[Ambiguous]:
        for item in self.items:
            if item.kind is Kind.VAGUE:
                message = f"“{item.text}” can mean several things: say it with a column and a number or an order."
                yield Ambiguous(message, item)

    def _parts(self) -> Iterator[Ambiguous]:
        """A thing of which the rows that are meant have several, by the part that each plays: a flight's airports."""
        things = [item for item in self.items if item.is_table]
        told = [item for item in self.items if item not in things] if things else []
        named = {(c.table, c.column) for item in told for c in item.names}
        rows = dict.fromkeys(c.table for item in things for c in item.names)
        rows |= dict.fromkeys(c.table for item in told for c in item.names if c.column)
        for item in things:
            for thing in [c.table for c in item.names if c.column is None and not c.via[0]]:
                for table in rows:
                    keys = [key for key in self.schema.keys_of(table) if key.ref_table == thing]
                    if len(keys) > 1 and not any((table, key.column) in named for key in keys):
                        parts = [_part(self.schema.columns[table, key.column], item.text) for key in keys[:_MOST]]
                        message = f"“{item.text}” may be {_listed(parts, 'or')}: {table} have each of them. Which one?"
                        yield Ambiguous(message, item, tuple(parts))

    def _values(self) -> Iterator[Ambiguous]:
        """A value that stands in several columns of one table, or parts of several values."""
        for at, item in enumerate(self.items):
            named = any(other.kind is Kind.NAME for other in self.items[max(at - 1, 0) : at + 2])
            if item.kind is not Kind.VALUE or named:
                continue
            columns = list(dict.fromkeys(self.schema.columns[ref.table, ref.column] for ref in item.values))
            alike = [c for c in columns if c.table == columns[0].table]
            if len(alike) > 1:
                said = [column.spoken for column in alike]
                whole = () if item.is_whole_value else [ref.value for ref in item.values[:_MOST]]
                options = (*(f"{one} {item.text}" for one in said), *whole)
                yield Ambiguous(f"“{item.text}” may be {' or '.join(said)}. Which one?", item, options)
            texts = list(dict.fromkeys(ref.value for ref in item.values))
            if len(texts) > 1 and not item.is_whole_value:
                shown = ", ".join(texts[:5])
                yield Ambiguous(f"“{item.text}” fits several values: {shown}. Which one?", item, tuple(texts[:5]))

    def _columns(self) -> Iterator[Ambiguous]:
        """A name of several columns."""
        for item in self.items:
            if item.kind is not Kind.NAME or not item.names or item.unit or item.is_table:
                continue
            best = item.names[0].cost
            places = [(c.table, c.column) for c in item.names if c.column and c.cost <= best]
            columns = [self.schema.columns[place] for place in dict.fromkeys(places) if place in self.schema.columns]
            if len(columns) < 2:
                continue
            said = [column.spoken for column in columns[:_MOST]]
            if len(set(said)) < len(said):
                said = [f"{column.spoken} of {self.schema.tables[column.table].noun}" for column in columns[:_MOST]]
            options = tuple(dict.fromkeys(said))
            yield Ambiguous(f"“{item.text}” may mean {_listed(options, 'or')}. Which one?", item, options)

    def _dates(self) -> Iterator[Ambiguous]:
        """A time of a table that has several dates."""
        if not self._dated:
            return
        dates = [column for column in self.schema.tables[self._dated].columns if column.kind is Holds.DATE]
        said = [column.spoken for column in dates]
        message = f"{self._dated} has several dates: {', '.join(said)}. Which one is meant"
        for at, item in enumerate(self.items):
            if item.unit and not item.names:
                yield Ambiguous(f"{message} by “{item.text}”?", item, tuple(f"{item.text} of {one}" for one in said))
            if item.kind is Kind.LITERAL or item.text.lower() in ("between", "since", "before", "after"):
                yield Ambiguous(f"{message}?", *self._before(at, said))

    def _before(self, at: int, said: list[str]) -> tuple[Piece, tuple[str, ...]]:
        """The word before a time, with each date put before it."""
        starts = at > 0 and self.items[at - 1].text.lower() in _BEFORE_TIMES
        item = self.items[at - 1] if starts else self.items[at]
        return item, tuple(f"with {one} {item.text}" for one in said)

    def _figure(self) -> Iterator[Ambiguous]:
        """A column of numbers by groups, or of what happened: which figure of it?"""
        kinds = [item.kind for item in self.items]
        if {Kind.FIGURE, Kind.COUNT, Kind.TOP} & set(kinds):
            return
        grouped = kinds.index(Kind.GROUP) if Kind.GROUP in kinds else 0
        for item in self.items[:grouped] or self.items:
            happened = not any(self.schema.tables[c.table].labels for c in item.names[:1])
            if item.kind is Kind.NAME and not item.is_table and self._is_figure(item) and (grouped or happened):
                options = tuple(f"{figure} {item.text}" for figure in _FIGURES)
                message = f"Which figure of {item.text}: its {options[0].split()[0]}, its total, its maximum?"
                yield Ambiguous(message, item, options)

    def _amount(self) -> Iterator[Ambiguous]:
        """ "Sales" are a number of rows to one person and a sum of money to another."""
        if {Kind.COUNT, Kind.FIGURE} & {item.kind for item in self.items}:
            return
        for item in self.items:
            noun = item.kind is Kind.NAME and item.is_table and item.text.lower() not in DERIVED
            tables = [c.table for c in item.names if c.column is None] if noun else []
            figures = [c for name in tables[:1] for c in self.schema.tables[name].columns if c.role is Role.QUANTITY]
            if tables and self.schema.tables[tables[0]].words[-1].rstrip("s") in AMOUNTS and figures:
                options = (f"number of {item.text}", *(f"total {c.spoken}" for c in figures[:3]))
                yield Ambiguous(f"Is the number of {item.text} meant, or a sum of them?", item, options)

    def _rank(self) -> Iterator[Ambiguous]:
        """ "top 5 airlines": by what?"""
        kinds = [item.kind for item in self.items]
        if Kind.TOP not in kinds or Kind.GROUP in kinds:
            return
        for item in self.items[kinds.index(Kind.TOP) :]:
            tables = [c.table for c in item.names if c.column is None] if item.kind is Kind.NAME else []
            events = [key.table for name in tables[:1] for key in self.schema.keys_to(name)]
            events = events or [c.table for c in item.names[:1]]
            if item.kind is Kind.NAME:
                options = tuple(f"{item.text} by number of {table}" for table in dict.fromkeys(events))
                yield Ambiguous(f"By what is “{item.text}” ranked?", item, options[:3])

    def _is_figure(self, item: Piece) -> bool:
        places = [(c.table, c.column or "") for c in item.names if c.cost <= item.names[0].cost]
        return bool(places) and all(
            place in self.schema.columns and self.schema.columns[place].role in NUMERIC for place in places
        )


def _part(column: Column, noun: str) -> str:
    """What a thing is called by the part that it plays: "origin airports", "home teams"."""
    words = [word for word in column.words if stem(word) != stem(noun)]
    return " ".join((*words, noun))


def _listed(texts: Sequence[str], between: str) -> str:
    *most, last = texts
    return f"{', '.join(most)} {between} {last}" if most else last
