"""What is asked in few words: "orders by month", "top 5 carriers by flights", "share of orders by status"."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.tokens import kin
from agent_worker.offline.english.vocabulary import UNIT_PHRASES
from agent_worker.offline.grammar.changes import figures
from agent_worker.offline.grammar.fragments import (
    Absent,
    Fragment,
    InAll,
    Item,
    OnAverage,
    Per,
    Rank,
    Select,
    Share,
    Told,
    Where,
)
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.selecting import described, is_of_many, item, openings, ranking, standings
from agent_worker.offline.grammar.times import unit_of_time
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import Kind, Role

_SHARES = {"percentage": True, "percent": True, "%": True, "share": True, "fraction": False, "proportion": False}
_TOP = {"top": True, "bottom": False, "best": True}
_TERSE = 0.1
"""What few words are nearer to a question for being few."""
_UNITS = 0.4
"""A column of that name is nearer than a unit of time."""
_MISSING = frozenset(("missing", "unknown", "empty", "null"))
_VERBS = frozenset(("is", "are", "was", "were", "have", "has", "had", "did", "do"))


def terse(reader: Reader, at: int) -> Iterator[Found]:
    """What may be asked for without a verb."""
    yield from _counted(reader, at)
    yield from _busiest(reader, at)
    yield from _when_was(reader, at)
    yield from _who(reader, at)
    yield from figures(reader, at)
    for end, items, cost in item(reader, at):
        if items[0].fn:
            yield end, Select(items, terse=True), cost + 0.05
        elif items[0].name and items[0].name.declared:
            yield end, Select(items), cost
    for start, kind in openings(reader, at):
        yield from _top(reader, start)
        yield from _nth_figure(reader, start)
        yield from _correlation(reader, start + (reader.word(start) in ("the", "a")))
        yield from _share(reader, start + (reader.word(start) in ("the", "a")))
        if kind != "bare":
            yield from _counted_values(reader, start)
    yield from _counted_values(reader, at)


def _counted(reader: Reader, at: int) -> Iterator[Found]:
    """ "flights by month": how many there are."""
    for end, name in reader.noun(at) if reader.word(at - 1) != "by" else ():
        if name.tables and name.tables[0].cost <= name.cost + 0.1:
            yield end, Select((Item("count", name),), terse=True), name.cost - _TERSE


def _busiest(reader: Reader, at: int) -> Iterator[Found]:
    """ "which month had the most bookings": the first of the units of time by how many there are."""
    if reader.word(at + (reader.word(at) == "the")) in ("busiest", "quietest"):
        yield from _most_events(reader, at + (reader.word(at) == "the"))
    if reader.word(at) not in ("which", "what"):
        return
    for end, unit in unit_of_time(reader, at + 1):
        for place, descending in reader.phrase(english.EXTREMES, end + (reader.word(end) in ("has", "had"))):
            for last, name in reader.noun(place) if is_of_many(reader, place) else ():
                if name.tables:
                    counted = Item("count", name)
                    yield last, (Select((counted,)), Per(unit), Rank(descending, 1, counted)), name.cost + _UNITS


def _nth_figure(reader: Reader, at: int) -> Iterator[Found]:
    """ "second highest price": the value itself."""
    for start, _, nth in standings(reader, at):
        for phrases in (english.EXTREMES, english.SUPERLATIVES) if nth > 1 else ():
            for end, descending in reader.phrase(phrases, start):
                for last, name in reader.noun(end):
                    if name.is_column and not (name.tables and name.tables[0].cost <= name.cost):
                        figure = Item("", name)
                        yield last, (Select((figure,)), Rank(descending, 1, figure, nth=nth)), name.cost


def _when_was(reader: Reader, at: int) -> Iterator[Found]:
    """ "when was the last trip": its date; "when did Ada Bell join": what the verb names."""
    if reader.word(at) != "when" or reader.word(at + 1) not in _VERBS:
        return
    for place, rank, cost in ranking(reader, at + 2):
        for end, name in reader.noun(place) if "date" in rank.hints else ():
            if name.tables:
                yield end, Select((Item("max" if rank.descending else "min", name, dated=True),)), cost + name.cost
    for place in range(at + 3, reader.size):
        for name in _dates_named(reader, place):
            yield at + 2, Select((Item("", name),)), name.cost


def _dates_named(reader: Reader, at: int) -> Iterator[Name]:
    """The dates that a word names, or, at the end of a question, that its root tells: "join" of `joined_on`."""
    named = [name for name in reader.names(at) if reader.is_date(name)]
    yield from named
    if not named and at == reader.size - 1 - (reader.word(reader.size - 1) == "?"):
        columns = reader.lattice.index.schema.columns.values()
        told = [c for c in columns if c.role is Role.DATE and any(kin(reader.word(at), w) for w in c.all_words)]
        if told:
            yield Name(reader.word(at), at, at + 1, tuple(Candidate(c.table, c.name) for c in told))


def _who(reader: Reader, at: int) -> Iterator[Found]:
    """ "who joined last": those whose date of joining it is."""
    start = at + 1 + (reader.word(at + 1) in _VERBS)
    for name in reader.names(start) if reader.word(at) == "who" else ():
        tables = reader.lattice.index.schema.tables
        named = [c for c in name.candidates if c.cost <= name.cost + 0.1 and tables[c.table].labels]
        if reader.is_date(name) and len({c.table for c in named}) == 1:
            whose = Name(name.text, at, start, (Candidate(named[0].table),))
            yield start, Select((Item("", whose),), which=True), 0.1


def _most_events(reader: Reader, at: int) -> Iterator[Found]:
    """ "busiest hour": of the one table of what happened."""
    schema = reader.lattice.index.schema
    dated = [t for t in schema.tables.values() if any(c.kind is Kind.DATE for c in t.columns)]
    for keys in (1, 2):  # what happened to two things, to one, or by itself
        dated = [t for t in dated if len(schema.keys_of(t.name)) >= keys] or dated
    for end, unit in unit_of_time(reader, at + 1) if len(dated) == 1 else ():
        counted = Item("count", Name(dated[0].noun, at, end, (Candidate(dated[0].name),)))
        rank = Rank(reader.word(at) == "busiest", 1, counted)
        yield end, (Select((counted,)), Per(unit), rank), 0.1


def _counted_values(reader: Reader, at: int) -> Iterator[Found]:
    """ "number of urgent orders"."""
    for start, _ in reader.phrase(english.COUNT, at):
        for end, operands, both in reader.operands(start):
            if all(isinstance(one, Value) and one.refs for one in operands):
                for last, name in reader.noun(end):
                    if name.tables and name.start == end:
                        where = Where(None, "=", operands, both=both)
                        yield last, (Select((Item("count", name),)), where), name.cost + 0.1


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
            yield last, Select((Item("corr", first, other=second),)), first.cost + second.cost


def _top(reader: Reader, at: int) -> Iterator[Found]:
    """ "top 5 carriers by flights"."""
    for start, limit, descending in _firsts(reader, at):
        yield from _best(reader, start, limit, descending)


def _firsts(reader: Reader, at: int) -> Iterator[tuple[int, int, bool]]:
    """ "top 5", "largest": how many, and from which end."""
    start = at + (reader.word(at) == "the")
    if reader.word(start) in _TOP:
        for number in reader.numbers(start + 1):
            if not number.date and number.number >= 1:
                yield number.end, int(number.number), _TOP[reader.word(start)]
    elif longest := reader.longest(english.EXTREMES, at):
        yield longest[0], 1, bool(longest[1])


def _best(reader: Reader, at: int, limit: int, descending: bool) -> Iterator[Found]:
    for end, shown, cost in _things(reader, at):
        figure = not (shown[0].name and shown[0].name.tables)
        if figure and any(end == at for end, _ in _extremes(reader, at)):
            continue  # "highest temperature by month" is one figure a month
        for place in _ranked_by(reader, end):
            for last, items, more in item(reader, place):
                ranked = items[0]
                if len(items) > 1 or ranked.name is None or ranked.name.text.lower() in UNIT_PHRASES:
                    continue
                if not ranked.fn and ranked.name.tables and ranked.name.tables[0].cost <= ranked.name.cost + 0.1:
                    ranked = Item("count", ranked.name, guessed=True)
                rank = Rank(descending, limit, ranked)
                yield last, (Select(shown, terse=True), rank), cost + more + 0.05


def _extremes(reader: Reader, at: int) -> Iterator[tuple[int, bool]]:
    """The words for a first or last one that end here."""
    for start in range(max(at - 2, 0), at):
        yield from reader.phrase(english.EXTREMES, start)


def _things(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Item, ...], float]]:
    for end, first in reader.noun(at):
        yield end, (Item("", first),), first.cost
        if reader.word(end) == "and":
            for last, second in reader.noun(end + 1):
                yield last, (Item("", first), Item("", second)), first.cost + second.cost + 0.05


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
        yield name.end, (Select((Item("count", name),)), share, Told(next=True), said), cost + 0.1
    for end, items, cost in item(reader, at + 2):
        one = items[0]
        if len(items) > 1 or one.name is None or one.owner is not None:
            continue
        if one.fn in ("sum", "count") or (not one.fn and one.name.declared):
            yield end, (Select((one,)), share), cost
        elif not one.fn and one.name.is_column and not one.name.tables:
            yield end, (Select((Item("sum", one.name),)), share), cost
        elif not one.fn and one.name.tables:
            found: tuple[Fragment, ...] = (Select((Item("count", one.name),)), share)
            yield end, found, cost


def on_average(reader: Reader, at: int) -> Iterator[Found]:
    """Said before or behind a count of each."""
    if reader.words[at : at + 2] == ["on", "average"]:
        yield at + 2, OnAverage(), 0.0


def in_all(reader: Reader, at: int) -> Iterator[Found]:
    """Said behind what is added up."""
    yield from ((end, InAll(), 0.0) for end, _ in reader.phrase(english.IN_ALL, at) if at)


def dated(reader: Reader, at: int) -> Iterator[Found]:
    """The verb of "when did she sign up", which tells the date that is asked for."""
    if reader.word(0) == "when" and at > 2:
        yield from ((name.end, None, 0.05) for name in _dates_named(reader, at))


def told(reader: Reader, at: int) -> Iterator[Found]:
    """The verb of a share."""
    if reader.word(at) in _VERBS and _SHARES.keys() & set(reader.words[:at]):
        yield at + 1, Told(), 0.0
