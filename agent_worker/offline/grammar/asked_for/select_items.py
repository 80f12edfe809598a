"""Lists of what is asked for: "the names and average ages of students"."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.asked_for.aggregates import (
    SelectItems,
    aggregated,
    count_of,
    counted_things,
    ratio,
    time_span,
)
from agent_worker.offline.grammar.fragments import SelectItem
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.lexer.lattice import Name

_MOST_ITEMS = 8
_WHOLE, _ADDED_UP = 0.3, 0.3
""" "Total price" of many is the sum of the column that is called so."""
_NO_COUNT = 0.4
"""What it costs that "the number of" is a column and no count."""
_OWNED_BY = frozenset(("of", "for", "in", "from", "on", "about"))


def item_list(reader: Reader, at: int, counted: bool = False) -> Iterator[tuple[int, SelectItems, float]]:
    """Items with commas and "and" between them; `counted`: the opening was "count"."""
    states: list[tuple[int, SelectItems, float]] = []
    if counted:
        states = [(end, (SelectItem("count", name, far),), cost) for end, name, far, cost in counted_things(reader, at)]
    else:
        states = list(select_item(reader, at))
    size = 0
    while states and size < _MOST_ITEMS:
        yield from states
        states = sorted(states, key=lambda state: state[2])[:12]
        states = [
            (end, items + more, cost + extra)
            for place, items, cost in states
            for start in _separated(reader, place)
            for end, more, extra in select_item(reader, start)
        ]
        size += 1


def _separated(reader: Reader, at: int) -> Iterator[int]:
    end = at
    while reader.word(end) in (",", "and", "&", "also", "plus"):
        end += 1
    end = reader.maybe(english.BESIDE, end)
    if end > at:
        yield reader.skip(english.DETERMINERS, reader.maybe(english.OPENING_GLUE, end))
        if reader.phrase(english.OPENERS, end):
            after, _ = reader.phrase(english.OPENERS, end)[0]
            yield reader.skip(english.OPENING_GLUE, after)


def select_item(reader: Reader, at: int) -> Iterator[tuple[int, SelectItems, float]]:
    """One thing asked for, with what it belongs to where that is said."""
    start = reader.skip(english.DETERMINERS, at)
    for end, items, cost in _bare_item(reader, start):
        yield end, items, cost
        for after, owner in _owner(reader, end):
            yield after, tuple(replace(one, owner=owner) for one in items), cost + 0.02 + owner.cost


def _owner(reader: Reader, at: int) -> Iterator[tuple[int, Name]]:
    if reader.word(at) in _OWNED_BY:
        for end, name in reader.noun(at + 1):
            if name.tables:
                yield end, name


def _bare_item(reader: Reader, at: int) -> Iterator[tuple[int, SelectItems, float]]:
    for end, _ in count_of(reader, at):
        for after, name, far, cost in counted_things(reader, end):
            guessed = "total" in reader.words[at : max(end, at + 1)]
            yield after, (SelectItem("count", name, far, guessed=guessed),), cost
    for end, _ in reader.phrase(english.BARE_COUNT, at):
        if reader.word(end) != "of":
            yield end, (SelectItem("count"),), 0.3
    for end, name in reader.noun(at):
        if name.tables and reader.word(end) in ("count", "counts"):
            yield end + 1, (SelectItem("count", name),), name.cost + 0.05
    if reader.word(at) in ("headcount", "headcounts"):
        yield at + 1, (SelectItem("count", reader.people(at)),), 0.1
    yield from ratio(reader, at)
    yield from aggregated(reader, at)
    yield from time_span(reader, at, "")
    yield from _elliptic(reader, at)
    distinct = reader.maybe(english.DISTINCT, at)
    for end, name in reader.noun(distinct):
        counted = name.text.lower() == "number" and reader.word(end) == "of"
        yield end, (SelectItem("", name, distinct > at),), name.cost + (_NO_COUNT if counted else 0.0)
        adds = english.AGGREGATES.at(reader.words, name.start) and name.end - name.start > 1
        if adds and name.is_column and name.cost < _WHOLE:
            yield end, (SelectItem("sum", name, guessed=True),), name.cost + _ADDED_UP


def _elliptic(reader: Reader, at: int) -> Iterator[tuple[int, SelectItems, float]]:
    """ "first and last name": the words before share the noun behind."""
    first = reader.word(at)
    if reader.words[at : at + 2] in (["full", "name"], ["full", "names"]):
        first_name, last_name = (reader.lattice.look_up((part, "name")) for part in ("first", "last"))
        if first_name and last_name:
            pair = (Name("first name", at, at + 2, first_name), Name("last name", at, at + 2, last_name))
            yield at + 2, tuple(SelectItem("", name) for name in pair), 0.1
        elif whole := reader.lattice.look_up(("name",)):
            yield at + 2, (SelectItem("", Name("name", at, at + 2, whole)),), 0.1 + whole[0].cost
    if reader.word(at + 1) == "and" and first.isalpha():
        for second in reader.names(at + 2):
            if second.end - second.start < 2:
                continue
            head = reader.words[second.start + 1 : second.end]
            whole = reader.lattice.look_up((first, *head))
            if whole and whole[0].column is not None and whole[0].cost < 0.6:
                text = " ".join((first, *head))
                yield (
                    second.end,
                    (SelectItem("", Name(text, at, second.end, whole)), SelectItem("", second)),
                    second.cost,
                )
