"""Columns compared with numbers, dates, ranges and patterns."""

import re
from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.senses import converted
from agent_worker.offline.english.vocabulary import UNIT_PHRASES
from agent_worker.offline.grammar.fragments import Having, Operand, Or, SelectItem, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.lexer.lattice import Number, Value
from agent_worker.offline.schema.guessed.units import unit_named
from agent_worker.offline.schema.lookup import SURE

_UNITS_OF_TIME = ("seconds", "minutes", "hours", "days")
_BEYOND = {"over": ">", "above": ">", "under": "<", "below": "<"}
_DECADE = re.compile(r"(\d{3}0)s")
_NTH = {"first": 1, "1st": 1, **english.ORDINALS}
_SIGNS = {"negative": "<", "positive": ">"}


def where_named(reader: Reader, at: int) -> Iterator[Found]:
    """ "age is over 30", "year 2000", "name contains 'ab'", "price between 2 and 3"."""
    for start, name in reader.noun(at):
        starts = {start, reader.maybe(english.COPULAS, start)}
        starts |= {reader.maybe(english.COPULAS, place) for place in list(starts)}
        for place in starts:
            for end, found, cost in _predicate(reader, place, bare=place == start):
                operator, operands, negated, both = found
                if operator in (*english.ORDERING, "between") and not (name.is_column or name.declared):
                    continue
                if isinstance(operands[-1], Number) and operator == "=" and any(n.tables for n in reader.names(end)):
                    continue
                dated = place > start and reader.word(place - 1) == "in" and isinstance(operands[0], Number)
                hints = ("year",) if dated or _speaks_of_time(reader, place, operands) else ()
                firm = place == start or reader.word(place - 1) not in english.PREPOSITIONS - {
                    "is",
                    "are",
                    "was",
                    "were",
                }
                where = Where(name, operator, operands, negated, hints=hints, both=both, firm=firm)
                yield end, where, name.cost + cost
                if isinstance(operands[-1], Number) and reader.counts_in(name, end):
                    yield end + 1, where, name.cost + cost
                yield from _or_again(reader, end, where, name.cost + cost)


def where_ordinal(reader: Reader, at: int) -> Iterator[Found]:
    """ "on the second floor": the number in a column of few whole numbers."""
    start = at + 1 + (reader.word(at + 1) == "the")
    nth = _NTH.get(reader.word(start)) if reader.word(at) in ("on", "in", "at", "of") else None
    for name in reader.names(start + 1) if nth else ():
        if name.is_column and reader.is_scale(name) and reader.word(start + 1) not in UNIT_PHRASES:
            yield (
                name.end,
                Where(name, "=", (Number(reader.word(start), start, start + 1, float(nth or 0)),)),
                name.cost,
            )


def where_counted(reader: Reader, at: int) -> Iterator[Found]:
    """ "number of ratings below 3": what is counted is compared, too."""
    for start in range(max(at - 3, 1), at):
        counted = any(end == start for back in range(start) for end, _ in reader.phrase(english.COUNT, back))
        for name in reader.names(start) if counted else ():
            for end, (operator, operands, *_), cost in _predicate(reader, at, bare=False) if name.end == at else ():
                if name.is_column and operator in (*english.ORDERING, "between"):
                    yield end, Where(name, operator, operands), cost + 0.1


def _speaks_of_time(reader: Reader, at: int, operands: tuple[Operand, ...]) -> bool:
    """Whether only years and dates are compared so: "after 2010", "from 2000 to 2010"."""
    years = [isinstance(o, Number) and 1900 <= o.number <= 2100 for o in operands]
    spans = len(years) == 2 and all(years) and reader.word(at) in ("from", "between")
    return spans or (reader.word(at) in english.TIMELY and isinstance(operands[0], Number))


def _or_again(reader: Reader, at: int, where: Where, cost: float) -> Iterator[Found]:
    """ "greater than 300 or less than 100": the column is said once."""
    if reader.word(at) not in ("or", "and"):
        return
    place = at + 1 + (reader.word(at + 1) in ("is", "are", "was", "were"))
    for end, (operator, operands, negated, _), more in _predicate(reader, place, bare=False):
        if operator not in ("=", "!="):
            other = Where(where.name, operator, operands, negated, hints=where.hints)
            yield end, (where, Or(), other) if reader.word(at) == "or" else (where, other), cost + more + 0.05


def having(reader: Reader, at: int) -> Iterator[Found]:
    """ "an average price above 3"."""
    for start, fn in reader.phrase(english.AGGREGATES, reader.skip(english.DETERMINERS, at)):
        for end, name in reader.noun(start):
            for place in {end, reader.maybe(english.COPULAS, end)}:
                for last, (operator, operands, _, both), cost in _predicate(reader, place, bare=False):
                    if operator != "=" and not both:
                        yield last, Having(SelectItem(fn, name), operator, operands), name.cost + cost
    for after, fn in reader.phrase(english.AGGREGATES, reader.skip(english.DETERMINERS, at)):
        for start, operator in reader.phrase(english.COMPARE, after):
            for end, operands, _ in reader.operands(start) if operator in english.ORDERING else ():
                for last, name in reader.noun(end):
                    yield last, Having(SelectItem(fn, name), operator, operands), name.cost + 0.05


def _predicate(
    reader: Reader, at: int, bare: bool
) -> Iterator[tuple[int, tuple[str, tuple[Operand, ...], bool, bool], float]]:
    """What is said of a column: comparison, range, pattern or value."""
    negated = reader.word(at) in ("not", "n't") or reader.words[at : at + 2] in (
        ["other", "than"],
        ["different", "from"],
    )
    for place, pattern in reader.phrase(english.CONTAINS, at):
        for end, values, both in reader.operands(place):
            if all(isinstance(value, Value) for value in values):
                yield end, (pattern, values, False, both), 0.0
    yield from ((end, ("between", years, False, False), 0.0) for end, years in _decade(reader, at))
    ranged = reader.maybe(english.RANGES, at)
    if ranged > at:
        for end, both_ends in _range(reader, ranged):
            yield end, ("between", both_ends, False, False), 0.0
    for place, operator in reader.phrase(english.COMPARE, at):
        for end, operands, both in reader.operands(place):
            if operator not in ("=", "!=") and (len(operands) > 1 or isinstance(operands[0], Value)):
                continue
            yield end, (operator, operands, False, both), 0.0
    for end, operands, both in reader.operands(at):
        after = reader.maybe(english.TRAILING, end)
        if after > end and len(operands) == 1 and isinstance(operands[0], Number):
            yield after, (reader.phrase(english.TRAILING, end)[0][1], operands, False, False), 0.0
        elif not negated:
            yield end, ("=", operands, False, both), 0.05 if bare else 0.0


def _decade(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Number, Number]]]:
    """ "the 1930s": the first and the last of ten years."""
    place = at + (reader.word(at) == "the")
    if decade := _DECADE.fullmatch(reader.word(place)):
        first, last = (int(decade[1]) + more for more in (0, 9))
        yield place + 1, (Number(str(first), at, place + 1, first), Number(str(last), at, place + 1, last))


def _range(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Number, Number]]]:
    """ "5 and 9", "2000 to 2010"."""
    for end, low in reader.operand(at):
        for last, high in reader.operand(end + 1) if reader.word(end) in ("and", "to") else ():
            if isinstance(low, Number) and isinstance(high, Number):
                yield last, (low, high)


def numbered(reader: Reader, at: int) -> Iterator[tuple[int, Where, float]]:
    """ "5 stars", "level 3": a column has this number."""
    for number in reader.plain_numbers(at):
        for name in reader.names(number.end):
            if name.is_column and not name.tables and name.cost < SURE:
                yield name.end, Where(name, "=", (number,)), name.cost + 0.1
    for name in reader.names(at):
        for number in reader.plain_numbers(name.end) if name.is_column and not name.tables and name.cost < SURE else ():
            yield number.end, Where(name, "=", (number,)), name.cost + 0.1


def where_containing(reader: Reader, at: int) -> Iterator[Found]:
    """ "have the word 'son' in their names"."""
    for start, pattern in reader.phrase(english.CONTAINS, at):
        for end, operands, both in reader.operands(start):
            if reader.word(end) == "in" and all(isinstance(one, Value) for one in operands) and not both:
                for last, name in reader.noun(end + 1):
                    yield last, Where(name, pattern, operands), name.cost


def where_measured(reader: Reader, at: int) -> Iterator[Found]:
    """ "cost between 5 and 9", "a higher price than 9", "at least 18 years old"."""
    for start, hints in reader.phrase(english.MEASURED, at):
        for end, (operator, operands, *_), cost in _predicate(reader, start, bare=False):
            if not any(isinstance(one, Value) for one in operands):
                where = Where(None, operator, operands, hints=tuple(hints.split()))
                yield from ((last, one, cost + 0.1) for last, one in _in_units(reader, end, where))
    for start, operator in reader.phrase(english.COMPARATIVES, reader.skip(english.DETERMINERS, at)):
        for end, name in reader.noun(start):
            for last, operand in reader.operand(end + 1) if reader.word(end) == "than" and name.is_column else ():
                if not isinstance(operand, Value):
                    yield last, Where(name, operator, (operand,)), name.cost
    if reader.word(at) in _BEYOND and reader.of_people(at):
        for number in reader.numbers(at + 1):
            bare = not (number.date or any(reader.noun(number.end)) or unit_named(reader.word(number.end)))
            if bare:  # "students over 30"
                yield number.end, Where(None, _BEYOND[reader.word(at)], (number,), hints=("age",)), 0.1
    for start, operator in reader.phrase(english.COMPARE, at):
        for name in reader.names(start):  # "after minute 80"
            for number in reader.numbers(name.end) if name.is_column and not name.tables else ():
                if not number.date and operator in (">", ">=", "<", "<="):
                    yield number.end, Where(name, operator, (number,)), name.cost + 0.1
    for start, operator in (*reader.phrase(english.COMPARE, at), (at, "=")):
        for number in reader.numbers(start):
            if " ".join(reader.words[number.end : number.end + 2]) in ("years old", "year old"):
                more = reader.longest(english.TRAILING, number.end + 2)
                end, sign = more if more else (number.end + 2, operator)
                yield end, Where(None, sign, (number,), hints=("age",)), 0.1


def where_relative(reader: Reader, at: int) -> Iterator[Found]:
    """ "older than 30", "after 2000": the comparison tells the column."""
    for start, (operator, hints) in reader.phrase(english.RELATIVES, at):
        for end, operands, both in reader.operands(start):
            if isinstance(operands[0], Value) or reader.word(at) in ("between", "from"):
                continue
            where = Where(None, operator, operands, hints=tuple(hints.split()), both=both)
            yield from ((last, one, 0.1) for last, one in _in_units(reader, end, where))
        for end, years in _decade(reader, start) if operator == "=" else ():
            yield end, Where(None, "between", years, hints=tuple(hints.split())), 0.1
        if reader.word(start) in ("a", "an") and (unit := unit_named(reader.word(start + 1))):
            one = Where(None, operator, (Number("1", start, start + 1, 1.0),), hints=tuple(hints.split()))
            yield start + 2, replace(one, unit=unit), 0.1
            yield from ((start + 2, other, 0.1) for other in _in_other_units(one, unit))
        if operator == "=" or reader.word(at) in ("from", "since"):
            for end, (low, high) in _range(reader, start + (reader.word(start) in ("between", "from"))):
                if low.number >= 1000 or low.date or hints != "year":
                    yield end, Where(None, "between", (low, high), hints=tuple(hints.split())), 0.1


def _in_units(reader: Reader, end: int, where: Where) -> Iterator[tuple[int, Where]]:
    """A condition without and with the unit behind its number."""
    yield end, where
    if unit := unit_named(reader.word(end)):
        yield end + 1, replace(where, unit=unit)
        yield from ((end + 1, other) for other in _in_other_units(where, unit))


def _in_other_units(where: Where, unit: str) -> Iterator[Where]:
    """The same condition on columns that are kept in another unit: 2 hours are 120 minutes."""
    numbers = [one for one in where.operands if isinstance(one, Number) and not one.date]
    for other in _UNITS_OF_TIME if len(numbers) == len(where.operands) else ():
        sizes = [converted(one.number, unit, other) for one in numbers] if other != unit else [None]
        if all(size is not None for size in sizes):
            said = [
                replace(n, number=size, text=f"{size:.15g}") for n, size in zip(numbers, sizes, strict=True) if size
            ]
            yield replace(where, operands=tuple(said), unit=other)


def where_signed(reader: Reader, at: int) -> Iterator[Found]:
    """ "with a negative balance", "whose balance is negative"."""
    if reader.word(at) in _SIGNS:
        zero = Number("zero", at, at + 1, 0.0)
        for end, name in reader.noun(at + 1):
            if name.columns:
                yield end, Where(name, _SIGNS[reader.word(at)], (zero,)), name.cost
    for end, name in reader.noun(at):
        place = reader.maybe(english.COPULAS, end)
        if name.columns and place > end and reader.word(place) in _SIGNS:
            yield place + 1, Where(name, _SIGNS[reader.word(place)], (Number("zero", at, end, 0.0),)), name.cost
