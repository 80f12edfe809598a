"""What must hold of it: comparisons, values, counts of other things, absence. Each rule returns fragments."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.senses import converted
from agent_worker.offline.english.tokens import kin
from agent_worker.offline.grammar.fragments import Absent, Flagged, Having, HowMany, Item, Operand, Or, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.time.times import when as whens
from agent_worker.offline.lexer.lattice import Name, Number, Value
from agent_worker.offline.schema.guessed.units import unit_named
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import Kind, yes_and_no
from agent_worker.offline.schema.value_index import ValueRef

UNITS_OF_TIME = ("seconds", "minutes", "hours", "days")
_HAVING = frozenset(("with", "have", "has", "had", "having", "without", "offer", "offers", "offering"))
_SURE = 0.35
_SIGNS = {"negative": "<", "positive": ">"}


def where_named(reader: Reader, at: int) -> Iterator[Found]:
    """ "age is over 30", "year 2000", "name contains 'ab'", "price between 2 and 3"."""
    for start, name in reader.noun(at):
        if not name.columns and not name.tables:
            continue
        places = {start, reader.maybe(english.COPULAS, start)}
        places |= {reader.maybe(english.COPULAS, place) for place in list(places)}
        for place in places:
            for end, found, cost in _predicate(reader, place, bare=place == start):
                operator, operands, negated, both = found
                if operator in (">", ">=", "<", "<=", "between") and not (name.is_column or name.declared):
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
                yield from _or_again(reader, end, where, name.cost + cost)


def where_counted(reader: Reader, at: int) -> Iterator[Found]:
    """ "number of ratings below 3": what is counted is compared, too."""
    for start in range(max(at - 3, 1), at):
        counted = any(end == start for back in range(start) for end, _ in reader.phrase(english.COUNT, back))
        for name in reader.names(start) if counted else ():
            for end, (operator, operands, *_), cost in _predicate(reader, at, bare=False) if name.end == at else ():
                if name.is_column and operator in (">", ">=", "<", "<=", "between"):
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
                        yield last, Having(Item(fn, name), operator, operands), name.cost + cost
    for after, fn in reader.phrase(english.AGGREGATES, reader.skip(english.DETERMINERS, at)):
        for start, operator in reader.phrase(english.COMPARE, after):
            for end, operands, _ in reader.operands(start) if operator in (">", ">=", "<", "<=") else ():
                for last, name in reader.noun(end):
                    yield last, Having(Item(fn, name), operator, operands), name.cost + 0.05
    for start, operator in reader.phrase(english.COMPARE, at):
        for end, operands, _ in reader.operands(start) if operator in (">", ">=", "<", "<=") else ():
            place = end + (reader.word(end) in ("in", "of", "as", "on"))
            for last, fn in reader.phrase(english.AGGREGATES, place):
                for final, name in reader.noun(last):
                    yield final, Having(Item(fn, name), operator, operands), name.cost + 0.05


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
    ranged = reader.maybe(english.RANGES, at)
    if ranged > at:
        for end, low in reader.operand(ranged):
            if isinstance(low, Number) and reader.word(end) in ("and", "to"):
                for last, high in reader.operand(end + 1):
                    if isinstance(high, Number):
                        yield last, ("between", (low, high), False, False), 0.0
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


def flagged(reader: Reader, at: int) -> Iterator[Found]:
    """ "active customers", "who are not active", "unpaid", "bikes in service", "with a terrace", "that allow pets"."""
    yield from had(reader, at)
    alone = reader.before(at) is not None or (at > 0 and english.RESTRICTING.issuperset(reader.words[:at]))
    said = at > 0 and (reader.word(at - 1) in english.BEING or alone)
    denied = reader.word(at) == "not"
    within = reader.word(at + denied) == "in"
    for name, opposite in (
        (n, reader.names(at + denied + within) == []) for n in _said_of(reader, at + denied + within)
    ):
        if within and not all(c.column and c.column.lower().startswith("in_") for c in name.candidates):
            continue
        noun = any(other.tables for other in reader.names(name.end))
        by = reader.word(name.end) == "by" and reader.is_passive(name.end - 1)  # by whom, or for each of them
        ones = reader.word(name.end) in ("one", "ones") or not reader.names(name.end)
        ends = said and not by and ones and not any(whens(reader, name.end))
        if (noun or ends) and is_flag(reader, name, 0.6 if within else _SURE):
            yield name.end, Flagged(name, denied != opposite), name.cost


def _said_of(reader: Reader, at: int) -> list[Name]:
    """The names here; or, of a word with "un" or "in" before it, what it denies: "unpaid", "inactive"."""
    word = reader.word(at)
    found = reader.lattice.look_up((word[2:],)) if word.startswith(("un", "in")) and len(word) > 5 else ()
    return reader.names(at) or ([Name(word, at, at + 1, found)] if found and found[0].cost < _SURE else [])


def had(reader: Reader, at: int) -> Iterator[Found]:
    """What things have, or have not, by a column of yes and no: "with a terrace", "have no terrace", "allow pets"."""
    absent = reader.longest(english.ABSENT, at)
    start = absent[0] if absent else at + 1
    has = bool(_HAVING & set(reader.words[at : start + (absent is not None)]))
    start += reader.word(start) in _HAVING
    for name in reader.names(start + (reader.word(start) in english.SOME)) if has else ():
        if is_flag(reader, name):
            yield name.end, Flagged(name, absent is not None), name.cost
    verb = start if absent else at
    for name in reader.names(verb + 1) if reader.word(verb) in english.VERBS else ():
        done = tuple(c for c in name.columns if _does(reader, c, reader.word(verb), len(name.text.split())))
        said = Name(name.text, name.start, name.end, tuple(replace(c, cost=0.1) for c in done))
        if done and is_flag(reader, said):
            yield name.end, Flagged(said, absent is not None), 0.1


def _does(reader: Reader, place: Candidate, verb: str, size: int) -> bool:
    """Whether a column is called as what is named, and the verb: `pets_allowed` of "allow pets"."""
    words = reader.lattice.index.schema.columns[place.table, place.column or ""].words
    return len(words) == size + 1 and any(kin(verb, word) for word in words)


def is_flag(reader: Reader, name: Name, most: float = _SURE) -> bool:
    """Whether a name is surely a column's of yes and no."""
    columns = reader.lattice.index.schema.columns
    near = [c for c in name.candidates if c.cost <= name.cost + 0.5]
    found = [columns[c.table, c.column] for c in near if c.column]
    flags = all(column.kind is Kind.FLAG or yes_and_no(column.info) for column in found)
    return flags and len(found) == len(near) and name.cost < most


def numbered(reader: Reader, at: int) -> Iterator[tuple[int, Where, float]]:
    """ "5 stars", "level 3": a column has this number."""
    for number in reader.numbers(at):
        for name in reader.names(number.end) if not number.date else ():
            if name.is_column and not name.tables and name.cost < _SURE:
                yield name.end, Where(name, "=", (number,)), name.cost + 0.1
    for name in reader.names(at):
        for number in reader.numbers(name.end) if name.is_column and not name.tables and name.cost < _SURE else ():
            if not number.date:
                yield number.end, Where(name, "=", (number,)), name.cost + 0.1


def where_containing(reader: Reader, at: int) -> Iterator[Found]:
    """ "have the word 'son' in their names"."""
    for start, pattern in reader.phrase(english.CONTAINS, at):
        for end, operands, both in reader.operands(start):
            if reader.word(end) == "in" and all(isinstance(one, Value) for one in operands) and not both:
                for last, name in reader.noun(end + 1):
                    yield last, Where(name, pattern, operands), name.cost


def where_trailing(reader: Reader, at: int) -> Iterator[Found]:
    """A value before its column: "the Finance department", "more than 5 floors" is a count's."""
    if _is_grouped(reader, at):
        return
    for end, operands, both in reader.operands(at):
        if not all(isinstance(one, Value) for one in operands):
            continue
        counted = any(isinstance(one, Value) and one.text.isdigit() for one in operands)
        for after, name in reader.noun(end):
            if not (counted and name.tables):
                yield after, Where(None, "=", operands, owner=name, both=both), 0.1 + name.cost
        for after, name in reader.noun(end + 1) if reader.word(end) in ("for", "as") else ():
            if name.columns and not name.tables:
                yield after, Where(None, "=", operands, owner=name, both=both), 0.2 + name.cost


def where_value(reader: Reader, at: int) -> Iterator[Found]:
    """A value alone, or behind "named"."""
    for start, _ in reader.phrase(english.NAMED, at):
        for end, operands, both in reader.operands(start):
            if not any(hasattr(one, "fn") for one in operands):
                yield end, Where(None, "=", operands, label=True, owner=reader.before(at), both=both), 0.0
    if _is_grouped(reader, at):
        return
    denied = reader.longest(english.EXCEPT, at)
    negated, start = denied is not None, denied[0] if denied else at
    start += negated and reader.word(start) in english.PREPOSITIONS
    for end, operands, both in reader.operands(start):
        if all(isinstance(one, Value) and one.refs for one in operands):
            role = reader.word(at - 1) if at and reader.word(at - 1) in ("from", "to") else ""
            sign = "!=" if negated else "="
            yield (
                end,
                Where(
                    None,
                    sign,
                    operands,
                    both=both,
                    role=role,
                    state=_is_state(reader, at, end),
                    dated=_is_dated(reader, at, end),
                ),
                0.1,
            )
    for end, where, cost in (*where_named(reader, start), *where_trailing(reader, start)) if negated else ():
        if isinstance(where, Where) and where.operator == "=" and not where.both:
            yield end, replace(where, negated=True), cost


def _is_grouped(reader: Reader, at: int) -> bool:
    """Whether "by" stands before, and not of who did something: what follows is no value."""
    return reader.word(at - 1) == "by" and at > 1 and not reader.is_passive(at - 2) and any(reader.noun(at))


def _is_state(reader: Reader, at: int, end: int) -> bool:
    """Whether a value is said of something by "is" alone: not "was nominated for"."""
    return _is_said(reader, at) and reader.word(end) not in english.INVOLVING and not _is_dated(reader, at, end)


def _is_dated(reader: Reader, at: int, end: int) -> bool:
    """Whether it is said so of something at a time: "were stopped in May", "failed on 2026-11-26"."""
    return _is_said(reader, at) and any(when.name is None for _, when, _ in whens(reader, end))


def _is_said(reader: Reader, at: int) -> bool:
    """Whether "is" stands before a value, or, at the end of a noun, nothing; but not "they have been", which tells what
    something else has to do with them."""
    start = at - 1
    while reader.word(start) in english.BEING or reader.word(start) in ("have", "has", "had"):
        start -= 1
    if reader.word(start) in english.PRONOUNS:
        return False
    return reader.word(at - 1) in english.BEING or (reader.before(at) is not None and at > 0)


def where_full_name(reader: Reader, at: int) -> Iterator[Found]:
    """A first and a last name of one table: "the singer Ada Bell". Which table is told by the rest of the question."""
    start = reader.maybe(english.NAMED, at)
    for first in reader.values(start):
        for last in reader.values(first.end):
            whole = [
                (ones, others)
                for one, other in reader.lattice.index.schema.full_names
                if (ones := _refs_in(first, one)) and (others := _refs_in(last, other))
            ]
            if whole:
                firsts, lasts = (tuple(ref for refs in side for ref in refs) for side in zip(*whole, strict=True))
                parts = (replace(first, refs=firsts), replace(last, refs=lasts))
                yield last.end, tuple(Where(None, "=", (part,)) for part in parts), 0.0


def _refs_in(value: Value, column: Column) -> list[ValueRef]:
    """Where a value stands as a whole in this column."""
    return [ref for ref in value.refs if ref.whole and (ref.table, ref.column) == (column.table, column.name)]


def where_relative(reader: Reader, at: int) -> Iterator[Found]:
    """ "older than 30", "after 2000": the comparison tells the column."""
    for start, (operator, hints) in reader.phrase(english.RELATIVES, at):
        for end, operands, both in reader.operands(start):
            if isinstance(operands[0], Value) or reader.word(at) in ("between", "from"):
                continue
            where = Where(None, operator, operands, hints=tuple(hints.split()), both=both)
            yield end, where, 0.1
            for last, sign in reader.phrase(english.TRAILING, end) if operator == "=" and hints == "age" else ():
                yield last, replace(where, operator=sign), 0.1  # "aged 32 or older"
            if unit := unit_named(reader.word(end)):
                yield end + 1, replace(where, unit=unit), 0.1
                yield from ((end + 1, other, 0.1) for other in _in_other_units(where, unit))
        if reader.word(start) in ("a", "an") and (unit := unit_named(reader.word(start + 1))):
            one = Where(None, operator, (Number("1", start, start + 1, 1.0),), hints=tuple(hints.split()))
            yield start + 2, replace(one, unit=unit), 0.1
            yield from ((start + 2, other, 0.1) for other in _in_other_units(one, unit))
        if operator == "=" or reader.word(at) in ("from", "since"):
            for end, low in reader.operand(start + (reader.word(start) in ("between", "from"))):
                if isinstance(low, Number) and reader.word(end) in ("and", "to"):
                    for last, high in reader.operand(end + 1):
                        if not isinstance(high, Number) or (low.number < 1000 and not low.date and hints == "year"):
                            continue
                        yield last, Where(None, "between", (low, high), hints=tuple(hints.split())), 0.1


def _in_other_units(where: Where, unit: str) -> Iterator[Where]:
    """The same condition on columns that are kept in another unit: 2 hours are 120 minutes."""
    numbers = [one for one in where.operands if isinstance(one, Number) and not one.date]
    for other in UNITS_OF_TIME if len(numbers) == len(where.operands) else ():
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


def how_many(reader: Reader, at: int) -> Iterator[Found]:
    """ "at least two pets", "3 or more students", "more than one": so many of them."""
    compared = [*reader.phrase(english.COMPARE, at), (at, "")]
    for start, operator in compared:
        for number in reader.numbers(start):
            if number.date:
                continue
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
                yield last, HowMany(name, sign or "=", number), name.cost + (0.3 if bare else 0.0)


def absents(reader: Reader, at: int) -> Iterator[Found]:
    """ "without pets", "have never taken a course", "not used by any customer"."""
    for start, _ in reader.phrase(english.ABSENT, at):
        place, cost = start, 0.0
        if reader.word(start) in english.VERBS and (
            start + 1 == reader.size or reader.word(start + 1) in english.STOPS
        ):
            yield start + 1, Absent(None, reader.word(start)), 0.1
        for _ in range(5):
            for end, name in reader.noun(place):
                if name.tables or name.columns:
                    yield end, Absent(name), name.cost + cost
            word = reader.word(place)
            if (
                (word in english.VERBS and word not in english.TELLING)
                or word in english.PREPOSITIONS
                or word in english.SOME
                or word in ("been", "have", "had", "yet")
            ):
                place, cost = place + 1, cost + 0.05
            else:
                break
        for end, operands, both in reader.operands(place):
            if all(isinstance(one, Value) and one.refs for one in operands):
                yield end, Where(None, "!=", operands, both=both, never=True), 0.1 + cost
                for last, name in reader.noun(end):
                    yield last, Where(None, "!=", operands, owner=name, never=True), 0.1 + cost + name.cost
