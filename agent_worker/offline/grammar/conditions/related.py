"""How many other things there are of each, or that there is none."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.verbs import TELLING, VERBS
from agent_worker.offline.grammar.conditions.flags import day_of
from agent_worker.offline.grammar.fragments import Absent, HowMany, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import events_of
from agent_worker.offline.lexer.lattice import Number

_MADE = frozenset(("made", "make", "makes", "placed", "place", "received", "submitted", "got"))
_OFTEN = {"once": 1.0, "twice": 2.0}


def how_many(reader: Reader, at: int) -> Iterator[Found]:
    """ "at least two pets", "3 or more students", "more than one": so many of them."""
    compared = [*reader.phrase(english.COMPARE, at), (at, "")]
    for start, operator in compared:
        if operator and (times := _OFTEN.get(reader.word(start))):
            yield start + 1, HowMany(None, operator, Number(reader.word(start), start, start + 1, times)), 0.1
        for number in reader.plain_numbers(start):
            after = reader.longest(english.TRAILING, number.end) if not operator else None
            end, sign = after if after else (number.end, operator)
            bare = not sign
            if bare and not (at and reader.word(at - 1) in english.LINKS):
                continue
            if reader.word(end) in english.TIMES:
                yield end + 1, HowMany(None, sign or "=", number), 0.1
                continue
            place = reader.maybe(english.DISTINCT, end)
            for value in reader.values(place) if sign else ():
                for last, name in reader.noun(value.end):
                    if name.tables and any(ref.whole for ref in value.refs):
                        where = Where(None, "=", (value,), owner=name)
                        yield last, (HowMany(name, sign, number), where), name.cost
            for last, name in reader.noun(place):
                yield (
                    last,
                    HowMany(name, sign or "=", number),
                    name.cost + (0.3 if bare and not (name.tables and not name.columns) else 0.0),
                )


def absents(reader: Reader, at: int) -> Iterator[Found]:
    """ "without pets", "have never taken a course", "not used by any customer"."""
    if reader.word(at) in _MADE and reader.word(at + 1) == "no":  # "who made no offers"
        yield from ((end, Absent(name), name.cost) for end, name in reader.noun(at + 2) if name.tables)
    for start, _ in reader.phrase(english.ABSENT, at):
        place, cost = start, 0.0
        after = start + 1 + (reader.word(start + 1) in ("anything", "anyone", "anybody", "any", "one"))
        noun = any(name.tables and name.cost <= 0.1 for name in reader.names(start))  # "books"
        told = reader.word(start) in VERBS or events_of(reader, start)
        if not noun and told and reader.ends(after):
            yield after, Absent(None, reader.word(start)), 0.1
        if (name := day_of(reader, start)) and reader.word(at) != "without":
            end = name.end + (reader.word(name.end) in ("yet", "so"))
            yield end + (reader.word(end) == "far"), Absent(name, missing=True), 0.2
        for _ in range(5):
            for end, name in reader.noun(place):
                if name.tables or name.columns:
                    yield end, Absent(name), name.cost + cost
            word = reader.word(place)
            if (
                (word in VERBS and word not in TELLING)
                or word in english.PREPOSITIONS
                or word in english.SOME
                or word in ("been", "have", "had", "yet")
            ):
                place, cost = place + 1, cost + 0.05
            else:
                break
        for end, operands, both in reader.known_values(place):
            yield end, Where(None, "!=", operands, both=both, never=True), 0.1 + cost
            for last, name in reader.noun(end):
                yield last, Where(None, "!=", operands, owner=name, never=True), 0.1 + cost + name.cost
