"""What is asked of time itself: "when was the last trip", "who joined last", "busiest hour"."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import PEOPLE
from agent_worker.offline.english.word_forms import kin, stem
from agent_worker.offline.grammar.fragments import Per, Rank, Select, SelectItem
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import is_of_many, ranking, spans_of
from agent_worker.offline.grammar.time.times import unit_of_time
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_UNITS = 0.4
"""A column of that name is nearer than a unit of time."""
_BETWEEN = frozenset("has had have do did does we you they i get got see saw are is were was there".split())  # noqa: SIM905


def busiest(reader: Reader, at: int) -> Iterator[Found]:
    """ "which month had the most bookings": the first of the units of time by how many there are."""
    if reader.word(at + (reader.word(at) == "the")) == "busiest":
        yield from _most_events(reader, at + (reader.word(at) == "the"))
    if reader.word(at) not in ("which", "what"):
        return
    for end, unit in unit_of_time(reader, at + 1):
        while reader.word(end) in _BETWEEN:
            end += 1
        for place, descending in reader.phrase(english.EXTREMES, end):
            for last, name in reader.noun(place) if is_of_many(reader, place) else ():
                if name.tables:
                    counted = SelectItem("count", name)
                    yield last, (Select((counted,)), Per(unit), Rank(descending, 1, counted)), name.cost + _UNITS


def _most_events(reader: Reader, at: int) -> Iterator[Found]:
    """ "busiest hour": of the one table of what happened."""
    schema = reader.lattice.index.schema
    dated = [t for t in schema.tables.values() if any(c.kind is ColumnKind.DATE for c in t.columns)]
    for keys in (1, 2):  # what happened to two things, to one, or by itself
        dated = [t for t in dated if len(schema.keys_of(t.name)) >= keys] or dated
    for end, unit in unit_of_time(reader, at + 1) if len(dated) == 1 else ():
        counted = SelectItem("count", Name(dated[0].noun, at, end, (Candidate(dated[0].name),)))
        rank = Rank(True, 1, counted)
        yield end, (Select((counted,)), Per(unit), rank), 0.1


def when_was(reader: Reader, at: int) -> Iterator[Found]:
    """ "when was the last trip": its date; "when did Ada Bell join": what the verb names."""
    if reader.word(at) != "when" or reader.word(at + 1) not in english.AUXILIARIES:
        return
    for place, rank, cost in ranking(reader, at + 2):
        for end, name in reader.noun(place) if "date" in rank.hints else ():
            if name.tables:
                yield (
                    end,
                    Select((SelectItem("max" if rank.descending else "min", name, dated=True),)),
                    cost + name.cost,
                )
    for place in range(at + 3, reader.size):
        for name in _dates_named(reader, place):
            yield at + 2, Select((SelectItem("", name),)), name.cost


def _dates_named(reader: Reader, at: int) -> Iterator[Name]:
    """The dates that a word names, or, at the end of a question, that its root tells: "join" of `joined_on`."""
    named = [name for name in reader.names(at) if reader.is_date(name)]
    yield from (name for name in named if name.text.lower() not in ("date", "time"))
    if not named and at == reader.size - 1 - (reader.word(reader.size - 1) == "?"):
        columns = reader.lattice.index.schema.columns.values()
        told = [c for c in columns if c.role is ColumnRole.DATE and any(kin(reader.word(at), w) for w in c.all_words)]
        if told:
            yield Name(reader.word(at), at, at + 1, tuple(Candidate(c.table, c.name) for c in told))


def who(reader: Reader, at: int) -> Iterator[Found]:
    """ "who joined last": those whose date of joining it is."""
    start = at + 1 + (reader.word(at + 1) in english.AUXILIARIES)
    for name in reader.names(start) if reader.word(at) == "who" else ():
        tables = reader.lattice.index.schema.tables
        named = [c for c in name.candidates if c.cost <= name.cost + 0.1 and tables[c.table].labels]
        if reader.is_date(name) and len({c.table for c in named}) == 1:
            whose = Name(name.text, at, start, (Candidate(named[0].table),))
            yield start, Select((SelectItem("", whose),), which=True), 0.1
    for end, _ in reader.phrase(english.EXTREMES, at + 2) if reader.word(at) == "who" else ():
        for _, name in reader.noun(end):
            schema = reader.lattice.index.schema
            refs = [key.ref_table for c in name.tables[:1] for key in schema.keys_of(c.table)]
            refs = refs if is_of_many(reader, end) else [c.table for c in name.columns if c.cost <= name.cost + 0.1]
            doers = [table for table in refs if stem(schema.tables[table].words[-1]) in PEOPLE]
            if len(doers) == 1:  # "who scored the most goals", "who has the highest salary"
                yield (
                    at + 1,
                    Select((SelectItem("", Name("who", at, at + 1, (Candidate(doers[0]),))),), which=True),
                    0.1,
                )


def lasting(reader: Reader, at: int) -> Iterator[Found]:
    """ "how long does a delivery take": the time between the two dates of its course."""
    for start, unit in reader.phrase(english.HOW_LONG, at):
        place = start + (reader.word(start) in english.AUXILIARIES)
        place = reader.maybe(english.IT_TAKES, place)
        for end, name in reader.noun(place):
            said = reader.word(end) in english.LASTING
            for since, last in spans_of(reader, name) if said or not unit else ():
                asked = Select((SelectItem("avg", last, since=since, unit=unit),))
                yield end + said, asked, name.cost
                if not unit and not said:
                    yield place, asked, name.cost + 0.1  # more is said of it: "how long did repair 7 take"


def lasted(reader: Reader, at: int) -> Iterator[Found]:
    """ "which repair took the longest"."""
    name = reader.before(at) if reader.word(at) in english.LASTING else None
    for end, descending in reader.phrase(english.LONG, at + 1) if name else ():
        for since, last in spans_of(reader, name) if name else ():
            yield end, Rank(descending, 1, SelectItem("", last, since=since)), 0.1


def dated(reader: Reader, at: int) -> Iterator[Found]:
    """The verb of "when did she sign up", which tells the date that is asked for."""
    if reader.word(0) == "when" and at > 2:
        yield from ((name.end, None, 0.05) for name in _dates_named(reader, at))
