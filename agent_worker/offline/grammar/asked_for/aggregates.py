"""Figures of what is asked for: "the number of", "average", "how long between", "cost per km"."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.vocabulary import UNIT_PHRASES
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import SelectItem
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.grammar.standing import spans_of
from agent_worker.offline.lexer.lattice import Name

AMOUNTS = frozenset(("amount", "value"))
"""What is added up rather than counted."""
_DURATIONS = frozenset(("time", "times", "duration", "durations", "length"))
_AT = frozenset(("at", "on"))
SelectItems = tuple[SelectItem, ...]


def count_of(reader: Reader, at: int) -> list[tuple[int, None]]:
    """ "the number of"; but "the numbers of" are those that things have, unless they are of each of something."""
    each = {"each", "every", "per", "different"} & set(reader.words[at:])
    return [
        (end, said) for end, said in reader.phrase(english.COUNT, at) if each or "numbers" not in reader.words[at:end]
    ]


def counted_things(reader: Reader, at: int) -> Iterator[tuple[int, Name, bool, float]]:
    """What is counted, and whether only different ones."""
    start = reader.skip(english.DETERMINERS, at)
    while reader.word(start) in ("of", "how", "many", "number", "the", "total"):
        start = reader.skip(english.DETERMINERS, start + 1)
    distinct = reader.maybe(english.DISTINCT, start)
    for end, name in reader.noun(distinct):
        yield end, name, distinct > start, name.cost


def aggregated(reader: Reader, at: int) -> Iterator[tuple[int, SelectItems, float]]:
    for end, fns, guessed, cost in functions(reader, at):
        start = reader.skip(english.DETERMINERS, end + (reader.word(end) == "of"))
        for after, (span,), more in time_span(reader, start, fns[0]):
            yield after, (span, *(replace(span, fn=fn) for fn in fns[1:])), more + cost
        rows = fns == ("sum",) and not AMOUNTS & set(reader.words[at:start])
        for after, name in reader.noun(start):
            told = _of_number(name, {"number", "numbers"} & set(reader.words[at:start]))
            if told.candidates:
                yield after, tuple(SelectItem(fn, told, guessed=guessed, rows=rows) for fn in fns), told.cost + cost
            if reader.word(after) == "and":
                for last, other in reader.noun(after + 1):
                    both = tuple(SelectItem(fn, n, guessed=guessed) for n in (name, other) for fn in fns)
                    yield last, both, name.cost + other.cost + cost + 0.02
            of_rows = name.tables and fns in (("avg",), ("median",)) and not AMOUNTS & set(reader.words[at:end])
            many = stem(reader.word(after - 1)) != reader.word(after - 1)  # an "average offer" is no number of offers
            if of_rows and many and reader.word(after) == "per":
                yield after, (SelectItem("count", name, over=fns[0]),), name.cost + cost
        for after, (since, until), more in _lasting(reader, start):
            yield after, tuple(SelectItem(fn, until, since=since) for fn in fns), more + cost
        amount = reader.maybe(english.AMOUNT, start)
        if amount > start:
            for after, name in reader.noun(amount):
                told = _of_number(name, reader.words[amount - 2 : amount] in (["number", "of"], ["count", "of"]))
                if told.candidates:
                    yield after, tuple(SelectItem(fn, told, guessed=guessed) for fn in fns), told.cost + cost + 0.05


def _lasting(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Name, Name], float]]:
    """ "repair time", "duration of repairs": between the two dates of its course."""
    of = at + 2 if reader.word(at) in _DURATIONS and reader.word(at + 1) in ("of", "for") else at
    for end, name in reader.noun(of):
        behind = reader.word(end) in _DURATIONS
        for span in spans_of(reader, name) if behind or of > at else ():
            yield end + behind, span, name.cost + 0.2


def _of_number(name: Name, said: object) -> Name:
    """What is averaged or added up, where a number of it is `said`: a column, and no money of things."""
    return Name(name.text, name.start, name.end, name.columns) if said else name


def time_span(reader: Reader, at: int, fn: str) -> Iterator[tuple[int, SelectItems, float]]:
    """ "how long between the order date and the delivery date", "days from … to …"."""
    for start, unit in reader.phrase(english.SPANS, at):
        for end, first in reader.noun(start):
            end += reader.word(end) in _AT  # "picked up at"
            for after, last in reader.noun(end + 1) if reader.word(end) in ("and", "to", "until") else ():
                yield (
                    after + (reader.word(after) in _AT),
                    (SelectItem(fn, last, since=first, unit=unit),),
                    first.cost + last.cost,
                )


def ratio(reader: Reader, at: int) -> Iterator[tuple[int, SelectItems, float]]:
    """ "cost per km", "average cost per km"; "orders per customer by country"."""
    starts = [end for end, fn in reader.phrase(english.AGGREGATES, at) if fn in ("avg", "sum")]
    for start in (at, *starts):
        for end, name in reader.noun(start):
            for last, other in reader.noun(end + 1) if reader.word(end) == "per" else ():
                timed = other.text.lower() in UNIT_PHRASES
                measured = name.is_column and reader.is_amount(other) and not timed
                if measured or (other.tables and reader.word(last) == "by" and (name.tables or name.is_column)):
                    yield last, (SelectItem("per", name, other=other),), name.cost + other.cost


def functions(reader: Reader, at: int) -> Iterator[tuple[int, tuple[str, ...], bool, float]]:
    """ "average", "minimum, average, and maximum", "highest and lowest"."""
    for end, fn, guessed in _function(reader, at):
        yield end, (fn,), guessed, 0.1 if guessed else 0.0
        place = end
        fns: tuple[str, ...] = (fn,)
        while True:
            start = place
            while reader.word(start) in (",", "and"):
                start += 1
            more = list(_function(reader, reader.skip(english.DETERMINERS, start))) if start > place else []
            if not more:
                break
            place, fns = more[0][0], (*fns, more[0][1])
            yield place, fns, False, 0.0


def _function(reader: Reader, at: int) -> Iterator[tuple[int, str, bool]]:
    for end, fn in reader.phrase(english.AGGREGATES, at):
        yield end, fn, False
    if not reader.phrase(english.AGGREGATES, at):
        for phrases in (english.EXTREMES, english.SUPERLATIVES):
            for end, descending in reader.phrase(phrases, at):
                yield end, "max" if descending else "min", True
