"""Which of them stands first, said before the list: "the three oldest", "top 3", "the second", "the most common"."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import DERIVED
from agent_worker.offline.english.word_forms import kin, stem
from agent_worker.offline.grammar.fragments import Rank, SelectItem
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import ColumnKind

_TOP = {"top": True, "bottom": False, "best": True}


def is_of_many(reader: Reader, end: int) -> bool:
    """Whether the superlative that ends here is one of how many there are."""
    return reader.word(end - 1) in ("most", "least", "fewest")


def ranking(reader: Reader, at: int) -> Iterator[tuple[int, Rank, float]]:
    """What may stand before the list: "the three oldest", "the most common"."""
    for start, limit, nth in standings(reader, at):
        for end, readings in reader.phrase(english.ADJECTIVES, start):
            after, more = limit_after(reader, end) if nth == 1 else (end, 0)
            for descending, hints in readings:
                yield after, Rank(descending, more or limit, None, tuple(hints.split()), nth=nth), 0.1
        if events := busy_with(reader, start + 1, limit) if reader.word(start) == "busiest" else "":
            counted = SelectItem("count", Name(events, start, start + 1, (Candidate(events),)), guessed=True)
            yield start + 1, Rank(True, limit, counted, nth=nth), 0.1
        for end, descending in reader.phrase(english.COMMON, start):
            yield end, Rank(descending, limit, common=True, nth=nth), 0.1
        for end, descending in reader.phrase(english.EXTREMES, start) if reader.before(start + 2) is None else ():
            if descending and is_of_many(reader, end) and (events := events_of(reader, end)):
                counted = SelectItem("count", Name(reader.word(end), end, end + 1, (Candidate(events),)), guessed=True)
                yield end + 1, Rank(descending, limit, counted, nth=nth), 0.1


def busy_with(reader: Reader, at: int, limit: int) -> str:
    """The one table of what happened to the thing that is named here: the loans of the busiest branch."""
    schema = reader.lattice.index.schema
    names = [name for name in reader.names(at) if name.tables and (limit > 1 or stem(name.text) == name.text.lower())]
    keys = [key.table for key in schema.keys_to(names[0].tables[0].table)] if names else []
    dated = [
        schema.tables[table] for table in keys if any(c.kind is ColumnKind.DATE for c in schema.tables[table].columns)
    ]
    found = [table.name for table in dated if not table.labels]
    return found[0] if len(found) == 1 else ""


def events_of(reader: Reader, at: int) -> str:
    """The one table of what a participle tells of, by which things are linked: "booked" of bookings."""
    schema, word = reader.lattice.index.schema, reader.word(at)
    noun = stem(DERIVED.get(word, ""))
    found = [t.name for t in schema.tables.values() if schema.keys_of(t.name)
             and all(len(schema.keys_of(key.table)) == 1 for key in schema.keys_to(t.name))  # no lines of its own
             and (stem(t.words[-1]) == noun or (word.endswith("ed") and kin(word, t.words[-1])))]  # fmt: skip
    return found[0] if len(found) == 1 else ""


def spans_of(reader: Reader, name: Name) -> Iterator[tuple[Name, Name]]:
    """The first and the last date of what a noun tells of."""
    for candidate in name.tables:
        if candidate.cost <= name.cost + 0.1 and (span := reader.lattice.index.schema.tables[candidate.table].span):
            first, last = (
                Name(one.name.replace("_", " "), name.start, name.end, (Candidate(one.table, one.name),))
                for one in span
            )
            yield first, last


def standings(reader: Reader, at: int) -> Iterator[tuple[int, int, int]]:
    """How many from the first on, or which one: "the", "top 3", "the second"."""
    yield from ((end, limit, 1) for end, limit in limits(reader, at))
    start = at + (reader.word(at) == "the")
    if nth := english.ORDINALS.get(reader.word(start)):
        yield start + 1, 1, nth


def firsts(reader: Reader, at: int) -> Iterator[tuple[int, int, bool]]:
    """ "top 5", "largest": how many, and from which end."""
    start = at + (reader.word(at) == "the")
    if reader.word(start) in _TOP:
        for number in reader.plain_numbers(start + 1):
            if number.number >= 1:
                yield number.end, int(number.number), _TOP[reader.word(start)]
    elif longest := reader.longest(english.EXTREMES, at):
        yield longest[0], 1, bool(longest[1])


def limits(reader: Reader, at: int) -> Iterator[tuple[int, int]]:
    """How many: "the", "the three", "top 3"."""
    start = at + (reader.word(at) == "the")
    yield start, 1
    place = start + (reader.word(start) in ("top", "first"))
    for number in reader.plain_numbers(place) if reader.word(place) not in english.ORDINALS else ():
        if number.number > 0 and number.number == int(number.number):
            yield number.end, int(number.number)


def limit_after(reader: Reader, at: int) -> tuple[int, int]:
    """ "the oldest three"."""
    numbers = reader.plain_numbers(at)
    if numbers and 0 < numbers[0].number < 100:
        return at + 1, int(numbers[0].number)
    return at, 0
