"""Comparisons side by side (two times, two values), and the growth of a figure."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.asked_for.select_items import select_item
from agent_worker.offline.grammar.fragments import (
    Fragment,
    Group,
    Growth,
    Per,
    Select,
    SelectItem,
    TimeExpression,
    When,
    Where,
)
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.time.times import time_expression
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.lookup import Candidate

_AT = frozenset(("in", "on", "of", "for", "during", "from"))


def growth_or_comparison(reader: Reader, at: int) -> Iterator[Found]:
    """ "compare orders", "growth of total revenue", "by how much did orders": the figure, or how many there are."""
    compared = [(at + 1, False)] if reader.word(at) == "compare" else []
    for start, growth in [*compared, *((end, True) for end, _ in reader.phrase(english.GROWTH, at))]:
        more: tuple[Fragment, ...] = (Growth(),) if growth else ()
        terse = not growth
        for end, items, cost in select_item(reader, start):
            one = items[0]
            if len(items) > 1 or one.name is None or one.owner is not None:
                continue
            if one.fn or one.name.declared:
                yield end, (Select((one,), terse=terse), *more), cost
            elif summed := reader.added_up(one):
                yield end, (Select((summed,), terse=terse), *more), cost
            elif one.name.tables:
                yield end, (Select((SelectItem("count", one.name),), terse=terse), *more), cost
    for value in reader.values(at + 1) if compared else ():
        yield from _by_figure(reader, value)


def _by_figure(reader: Reader, value: Value) -> Iterator[Found]:
    """ "compare Boston and Chicago by number of orders"."""
    for place in _second(reader, value.end):
        for other in reader.values(place):
            for end, items, cost in (
                select_item(reader, other.end + 1) if reader.word(other.end) in ("by", "on") else ()
            ):
                figure = items[0] if items[0].fn else reader.added_up(items[0])
                if figure is None or len(items) > 1:
                    continue
                for name in _shared(value, other):
                    both = (Where(None, "=", (value, other)), Group((name,), False))
                    yield end, (Select((figure,), terse=True), *both), cost + 0.1


def compared(reader: Reader, at: int) -> Iterator[Found]:
    """ "in 2022 vs 2023", "in Boston compared with Chicago": one row for each."""
    start = at + (reader.word(at) in _AT)
    for end, first in time_expression(reader, start):
        for place in _second(reader, end):
            for last, second in time_expression(reader, place):
                if _unit(first) == _unit(second):
                    yield last, (When("in", (first, second)), Per(_unit(first))), 0.1
    for value in reader.values(start):
        for place in (p for end in _thing(reader, value.end) for p in _second(reader, end)):
            for other in reader.values(place):
                for name in _shared(value, other):
                    both = (Where(None, "=", (value, other)), Group((name,), False))
                    yield from ((end, both, 0.1) for end in _thing(reader, other.end))


def growth(reader: Reader, at: int) -> Iterator[Found]:
    """ "month over month"; "grow from 2022 to 2023"."""
    for end, unit in reader.phrase(english.OVER, at):
        yield end + (reader.word(end) == "growth"), (Per(unit), Growth()), 0.1
    if reader.word(at) == "growth" and any(name.end == at for names in reader.lattice.names[:at] for name in names):
        yield at + 1, Growth(), 0.0
    for end, _ in reader.phrase(english.GREW, at):
        yield end, None, 0.0
    if reader.word(at) in ("from", "between") and _is_growth(reader):
        for end, first in time_expression(reader, at + 1):
            for last, second in time_expression(reader, end + 1) if reader.word(end) in ("to", "and") else ():
                if _unit(first) == _unit(second):
                    yield last, (When("in", (first, second)), Per(_unit(first))), 0.0


def _is_growth(reader: Reader) -> bool:
    return any(reader.phrase(phrases, at) for at in range(reader.size) for phrases in (english.GROWTH, english.GREW))


def _thing(reader: Reader, at: int) -> Iterator[int]:
    """Behind a value, and behind the thing that has it: "gas meters versus electricity meters"."""
    yield at
    yield from (end for end, name in reader.noun(at) if name.tables and name.start == at)


def _second(reader: Reader, at: int) -> Iterator[int]:
    """The positions at which the second of two compared things may begin."""
    ends = [end for end, _ in reader.phrase(english.VERSUS, at)]
    if reader.word(at) in ("and", "with", "to") and "compare" in reader.words[:1]:
        ends.append(at + 1)
    for end in ends:
        place = end + (reader.word(end) in ("those", "that"))
        yield place + (reader.word(place) in _AT)


def _unit(one: TimeExpression) -> str:
    """The unit of time that a time is one of."""
    if one.weekday is not None:
        return "weekday"
    if one.day is not None:
        return "day"
    if one.month is not None:
        return "month" if one.year is not None else "month_of_year"
    return "quarter" if one.quarter is not None else "year"


def _shared(value: Value, other: Value) -> Iterator[Name]:
    """The columns that have both values."""
    columns = [place for place in value.by_place if place in other.by_place]
    if columns:
        yield Name(columns[0][1], value.start, other.end, tuple(Candidate(*place) for place in columns))
