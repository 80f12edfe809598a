"""What is asked in few words: "orders by month", "top 5 carriers by flights", "share of orders by status"."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import UNIT_PHRASES
from agent_worker.offline.grammar.asked_for.described import described
from agent_worker.offline.grammar.asked_for.select_items import select_item
from agent_worker.offline.grammar.asked_for.selecting import openings
from agent_worker.offline.grammar.changes import growth_or_comparison
from agent_worker.offline.grammar.conditions.comparisons import numbered
from agent_worker.offline.grammar.conditions.flags import had, is_flag
from agent_worker.offline.grammar.fragments import (
    Absent,
    Fragment,
    InAll,
    OnAverage,
    Rank,
    Select,
    SelectItem,
    Share,
    Told,
    Where,
)
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import firsts, standings
from agent_worker.offline.grammar.time.asked import busiest, lasting, when_was, who

_SHARES = {"percentage": True, "percent": True, "%": True, "share": True, "fraction": False, "proportion": False}
_TERSE = 0.1
"""What few words are nearer to a question for being few."""
_MISSING = frozenset(("missing", "unknown", "empty", "null"))


def terse(reader: Reader, at: int) -> Iterator[Found]:
    """What may be asked for without a verb."""
    yield from _counted(reader, at)
    yield from busiest(reader, at)
    yield from when_was(reader, at)
    yield from who(reader, at)
    yield from lasting(reader, at)
    yield from whether(reader, at)
    yield from growth_or_comparison(reader, at)
    for end, items, cost in select_item(reader, at):
        if items[0].fn:
            if not (items[0].fn == "sum" and items[0].guessed):
                yield end, Select(items, terse=True), cost + 0.05
        elif items[0].name and items[0].name.declared:
            yield end, Select(items), cost
        elif len(items) == 1 and (summed := reader.added_up(items[0])):
            yield end, Select((summed,), terse=True), cost + 0.05
    for start, kind in openings(reader, at):
        yield from _top(reader, start)
        yield from busiest(reader, start) if kind == "single" else ()
        yield from _nth_figure(reader, start)
        yield from _correlation(reader, start + (reader.word(start) in ("the", "a")))
        yield from _share(reader, start + (reader.word(start) in ("the", "a")))
    yield from _counted_values(reader, at)


def whether(reader: Reader, at: int) -> Iterator[Found]:
    """ "is the gazpacho vegan", "does the Mill have a terrace": what its column of yes and no says."""
    start = (
        reader.skip(english.DETERMINERS, at + 1) if at == 0 and reader.word(0) in english.AUXILIARIES else reader.size
    )
    for value in reader.values(start):
        of_it = Where(None, "=", (value,), label=True)
        flags = [(name.end, name) for name in reader.names(value.end) if is_flag(reader, name)]
        flags += [(end, said.name) for end, said, _ in had(reader, value.end)]
        for end, name in flags if value.refs else ():
            yield end, (Select((SelectItem("", name),), single=True), of_it), name.cost
        if value.refs and reader.word(value.end) in english.AUXILIARIES and reader.word(value.end + 1) in english.SOME:
            for end, name in reader.noun(value.end + 1):  # "did the Mill have any visits"
                yield end, (Select((SelectItem("count", name),)), of_it), name.cost


def _counted(reader: Reader, at: int) -> Iterator[Found]:
    """ "flights by month": how many there are."""
    for end, name in reader.noun(at) if reader.word(at - 1) not in ("by", "which", "what") else ():
        if name.tables and name.tables[0].cost <= name.cost + 0.1:
            yield end, Select((SelectItem("count", name),), terse=True), name.cost - _TERSE
    for end, where, cost in numbered(reader, at):
        for last, name in reader.noun(end):  # "severity 4 alerts by site"
            if name.tables and name.start == end:
                yield last, (Select((SelectItem("count", name),), terse=True), where), cost + name.cost - _TERSE


def _nth_figure(reader: Reader, at: int) -> Iterator[Found]:
    """ "second highest price": the value itself."""
    for start, _, nth in standings(reader, at):
        for phrases in (english.EXTREMES, english.SUPERLATIVES) if nth > 1 else ():
            for end, descending in reader.phrase(phrases, start):
                for last, name in reader.noun(end):
                    if name.is_column and not (name.tables and name.tables[0].cost <= name.cost):
                        figure = SelectItem("", name)
                        yield last, (Select((figure,)), Rank(descending, 1, figure, nth=nth)), name.cost


def _counted_values(reader: Reader, at: int) -> Iterator[Found]:
    """ "number of urgent orders"."""
    for start, _ in reader.phrase(english.COUNT, at):
        for end, operands, both in reader.known_values(start):
            for last, name in reader.noun(end):
                if name.tables and name.start == end:
                    where = Where(None, "=", operands, both=both)
                    yield last, (Select((SelectItem("count", name),)), where), name.cost + 0.1


def missing(reader: Reader, at: int) -> Iterator[Found]:
    """ "a missing departure time", "whose tail number is missing"."""
    if reader.word(at) in _MISSING:
        for end, name in reader.noun(at + 1):
            if name.columns:
                yield end, Absent(name, missing=True), name.cost
    for end, name in reader.noun(at):
        place = reader.maybe(english.COPULAS, end)
        if name.columns and place > end and reader.word(place) in _MISSING:
            yield place + 1, Absent(name, missing=True), name.cost


def _correlation(reader: Reader, at: int) -> Iterator[Found]:
    """ "correlation between distance and air time"."""
    if reader.word(at) != "correlation" or reader.word(at + 1) not in ("between", "of"):
        return
    for end, first in reader.noun(at + 2):
        for last, second in reader.noun(end + 1) if reader.word(end) in ("and", "with", "to") else ():
            yield last, Select((SelectItem("corr", first, other=second),)), first.cost + second.cost


def _top(reader: Reader, at: int) -> Iterator[Found]:
    """ "top 5 carriers by flights"."""
    for start, limit, descending in firsts(reader, at):
        yield from _best(reader, start, limit, descending)


def _best(reader: Reader, at: int, limit: int, descending: bool) -> Iterator[Found]:
    for end, shown, cost in _things(reader, at):
        figure = not (shown[0].name and shown[0].name.tables)
        if figure and any(end == at for end, _ in _extremes(reader, at)):
            continue  # "highest temperature by month" is one figure a month
        for place in _ranked_by(reader, end):
            for last, items, more in select_item(reader, place):
                ranked = items[0]
                if len(items) > 1 or ranked.name is None or ranked.name.text.lower() in UNIT_PHRASES:
                    continue
                if not ranked.fn and ranked.name.tables and ranked.name.tables[0].cost <= ranked.name.cost + 0.1:
                    ranked = SelectItem("count", ranked.name, guessed=True)
                for one in filter(None, (ranked, reader.added_up(ranked))):
                    yield last, (Select(shown, terse=True), Rank(descending, limit, one)), cost + more + 0.05


def _extremes(reader: Reader, at: int) -> Iterator[tuple[int, bool]]:
    """The words for a first or last one that end here."""
    for start in range(max(at - 2, 0), at):
        yield from reader.phrase(english.EXTREMES, start)


def _things(reader: Reader, at: int) -> Iterator[tuple[int, tuple[SelectItem, ...], float]]:
    for end, first in reader.noun(at):
        yield end, (SelectItem("", first),), first.cost
        if reader.word(end) == "and":
            for last, second in reader.noun(end + 1):
                yield last, (SelectItem("", first), SelectItem("", second)), first.cost + second.cost + 0.05


def _ranked_by(reader: Reader, at: int) -> Iterator[int]:
    for phrase in (["by"], ["by", "the"], ["in", "terms", "of"], ["ranked", "by"], ["based", "on"]):
        if reader.words[at : at + len(phrase)] == phrase:
            yield at + len(phrase)


def _share(reader: Reader, at: int) -> Iterator[Found]:
    """ "percentage of flights", "share of total distance": of a count, unless another figure follows."""
    if reader.word(at) not in _SHARES or reader.word(at + 1) not in ("of", "from"):
        return
    share = Share(_SHARES[reader.word(at)])
    for name, said, cost in described(reader, reader.skip(english.DETERMINERS, at + 2)):
        yield name.end, (Select((SelectItem("count", name),)), share, Told(next=True), said), cost + 0.1
    for end, items, cost in select_item(reader, at + 2):
        one = items[0]
        if len(items) > 1 or one.name is None or one.owner is not None:
            continue
        if one.fn in ("sum", "count") or (not one.fn and one.name.declared):
            yield end, (Select((one,)), share), cost
        elif not one.fn and one.name.is_column and not one.name.tables:
            yield end, (Select((SelectItem("sum", one.name),)), share), cost
        elif not one.fn and one.name.tables:
            found: tuple[Fragment, ...] = (Select((SelectItem("count", one.name),)), share)
            yield end, found, cost


def on_average(reader: Reader, at: int) -> Iterator[Found]:
    """Said before or behind a count of each."""
    if reader.words[at : at + 2] == ["on", "average"]:
        yield at + 2, OnAverage(), 0.0


def in_all(reader: Reader, at: int) -> Iterator[Found]:
    """Said behind what is added up."""
    yield from ((end, InAll(), 0.0) for end, _ in reader.phrase(english.IN_ALL, at) if at)


def told(reader: Reader, at: int) -> Iterator[Found]:
    """The verb of a share."""
    if reader.word(at) in english.AUXILIARIES and _SHARES.keys() & set(reader.words[:at]):
        yield at + 1, Told(), 0.0
