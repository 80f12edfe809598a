"""What is asked for, as it is opened: "which city", "how many pets", "show the names of students"."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.tokens import words_in
from agent_worker.offline.grammar.asked_for.aggregates import SelectItems
from agent_worker.offline.grammar.asked_for.described import described_things, measured, of_kind
from agent_worker.offline.grammar.asked_for.select_items import item_list
from agent_worker.offline.grammar.fragments import Everything, Limit, Select, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import limits, ranking

_STAR = frozenset(("information", "info", "details", "detail", "data", "records", "record", "everything", "rows"))
_BARE, _BARE_THINGS = 0.3, 0.2
"""What it costs that nothing opens a list; of things it is nearer than of what they have."""


def stands_alone(question: str) -> bool:
    """Whether a question opens as a whole one does: "which", "how many", "show"."""
    return english.opens(words_in(question))


def selects(reader: Reader, at: int) -> Iterator[Found]:
    """An opening and the list of what is asked for."""
    for start, kind in openings(reader, at):
        which = kind == "which"
        yield from _everything(reader, start)
        for end, (one, *said), cost in (*described_things(reader, start), *of_kind(reader, start)):
            yield end, (Select((one,), which=which), *said), cost + _bare_cost(kind, (one,))
        for value in reader.values(start):  # "Novak's salary"
            for end, items, cost in item_list(reader, value.end) if reader.owns(value) else ():
                yield end, (Select(items), Where(None, "=", (value,))), cost
        for end, one, where, cost in measured(reader, start):
            yield end, (Select((one,)), where), cost + _bare_cost(kind, (one,))
        for place, size in limits(reader, start):
            for end, items, cost in item_list(reader, place) if size > 1 else ():
                yield end, (Select(items, which=which), Limit(size)), cost
        for place, rank, more in ranking(reader, start):
            for end, (one, *said), cost in (*described_things(reader, place), *of_kind(reader, place, many=False)):
                if not one.fn:
                    yield end, (Select((one,), which=which), rank, *said), cost + more
            for end, items, cost in _named(reader, place, kind):
                yield end, (Select(items, _is_distinct(items), which), rank), cost + more + _bare_cost(kind, items)
        for end, items, cost in _named(reader, start, kind):
            asked = Select(items, _is_distinct(items), which, kind == "single", bare=kind == "bare")
            yield end, asked, cost + _bare_cost(kind, items)


def _named(reader: Reader, at: int, kind: str) -> Iterator[tuple[int, SelectItems, float]]:
    """The list of what is asked for, without dates behind "who"."""
    for end, items, cost in item_list(reader, at, counted=kind == "count"):
        if kind != "who" or not any(one.name and reader.is_date(one.name) for one in items):
            yield end, items, cost


def _is_distinct(items: SelectItems) -> bool:
    return any(one.distinct and one.fn == "" for one in items)


def _bare_cost(kind: str, items: SelectItems) -> float:
    """What it costs that nothing opens the list."""
    if kind != "bare":
        return 0.0
    things = all(one.name is not None and one.name.tables and one.name.tables[0].cost <= 0.1 for one in items)
    return _BARE_THINGS if things or all(one.fn for one in items) else _BARE


def openings(reader: Reader, at: int) -> Iterator[tuple[int, str]]:
    """Where the list may begin, and how it was opened."""
    for end, kind in _opened(reader, at):
        after = reader.skip(english.OPENING_GLUE, end)
        yield after, kind
        if after != end:
            yield end, kind
    glued = reader.skip(english.OPENING_GLUE, at)
    for end, kind in _opened(reader, glued) if glued != at else ():
        yield reader.skip(english.OPENING_GLUE, end), kind
    yield at, "bare"


def _opened(reader: Reader, at: int) -> list[tuple[int, str]]:
    """The openings here, but for a noun: "the order"."""
    return [] if at and reader.word(at - 1) in english.DETERMINING else reader.phrase(english.OPENERS, at)


def _everything(reader: Reader, at: int) -> Iterator[Found]:
    """ "all information about departments", "everything"."""
    word = reader.word(at)
    if word in _STAR:
        end = at + 1
        while reader.word(end) in ("about", "of", "for", "on", "from", "regarding"):
            end = reader.skip(english.DETERMINERS, end + 1)
            end += reader.word(end) in ("each", "every")
            for _, name in reader.noun(end):
                if name.tables:
                    yield name.end, Everything(name), 0.1
