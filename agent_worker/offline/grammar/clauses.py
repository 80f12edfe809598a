"""What is said of it: conditions, counts of other things, groups, order, ranks. Each rule returns fragments."""

from collections.abc import Callable, Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.fragments import (
    Absent,
    Fragment,
    Group,
    Having,
    HowMany,
    Item,
    Mention,
    Operand,
    Or,
    Rank,
    Sort,
    Verb,
    Where,
)
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.selecting import item, limit_after, limits, ranking
from agent_worker.offline.lexer.lattice import Number, Value

Rule = Callable[[Reader, int], Iterator[Found]]
_SOME = frozenset(("a", "an", "any", "some"))
_LINKS = frozenset(["is", "are", "was", "were", "has", "have", "had", "with", "whose"])
_FINAL = frozenset(
    (
        "exist",
        "exists",
        "have",
        "has",
        "available",
        "recorded",
        "listed",
        "stored",
        "offered",
        "provided",
        "involved",
        "used",
        "registered",
    )
)
_DETERMINING = frozenset(
    """the all a an any these those each every their its his her corresponding respective related""".split()  # noqa: SIM905
)
_STOPS = frozenset((".", "?", ",", ";", "and"))
_TIMES = frozenset(("times", "time"))


def mention(reader: Reader, at: int) -> Iterator[Found]:
    """A noun that the rest is said of; "with a pet" says that there is one."""
    different = reader.maybe(english.DISTINCT, at)
    for end, name in reader.noun(different):
        if name.tables:
            before = _spoken_before(reader, at)
            if before == "and":  # what is asked for beside something else, not what that is said of
                continue
            has = before in ("have", "has", "had", "having", "own", "owns", "with") and reader.word(at) in _SOME
            yield end, Mention(name, has, before in ("of", "for"), different > at), 0.15 + name.cost


def _spoken_before(reader: Reader, at: int) -> str:
    """The word before a noun's determiners."""
    last = at - 1
    while last >= 0 and reader.word(last) in _DETERMINING:
        last -= 1
    return reader.word(last) if last >= 0 else ""


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
                if isinstance(operands[-1], Number) and operator == "=" and any(n.tables for n in reader.names(end)):
                    continue
                dated = place > start and reader.word(place - 1) == "in" and isinstance(operands[0], Number)
                hints = ("year",) if dated else ()
                firm = place == start or reader.word(place - 1) not in english.PREPOSITIONS - {
                    "is",
                    "are",
                    "was",
                    "were",
                }
                where = Where(name, operator, operands, negated, hints=hints, both=both, firm=firm)
                yield end, where, name.cost + cost
                yield from _or_again(reader, end, where, name.cost + cost)


def _or_again(reader: Reader, at: int, where: Where, cost: float) -> Iterator[Found]:
    """ "greater than 300 or less than 100": the column is said once."""
    if reader.word(at) != "or":
        return
    place = at + 1 + (reader.word(at + 1) in ("is", "are", "was", "were"))
    for end, (operator, operands, negated, _), more in _predicate(reader, place, bare=False):
        if operator not in ("=", "!="):
            other = Where(where.name, operator, operands, negated, hints=where.hints)
            yield end, (where, Or(), other), cost + more + 0.05


def having(reader: Reader, at: int) -> Iterator[Found]:
    """ "an average price above 3"."""
    for start, fn in reader.phrase(english.AGGREGATES, reader.skip(english.DETERMINERS, at)):
        for end, name in reader.noun(start):
            for place in {end, reader.maybe(english.COPULAS, end)}:
                for last, (operator, operands, _, both), cost in _predicate(reader, place, bare=False):
                    if operator != "=" and not both:
                        yield last, Having(Item(fn, name), operator, operands), name.cost + cost
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
    ranged = at + (reader.word(at) in ("between", "from", "ranging"))
    if ranged > at or reader.words[at : at + 2] == ["in", "between"]:
        ranged += reader.word(ranged) in ("between", "from")
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


def where_containing(reader: Reader, at: int) -> Iterator[Found]:
    """ "have the word 'son' in their names"."""
    for start, pattern in reader.phrase(english.CONTAINS, at):
        for end, operands, both in reader.operands(start):
            if reader.word(end) == "in" and all(isinstance(one, Value) for one in operands) and not both:
                for last, name in reader.noun(end + 1):
                    yield last, Where(name, pattern, operands), name.cost


def where_trailing(reader: Reader, at: int) -> Iterator[Found]:
    """A value before its column: "the Finance department", "more than 5 floors" is a count's."""
    for end, operands, both in reader.operands(at):
        if not all(isinstance(one, Value) for one in operands):
            continue
        for after, name in reader.noun(end):
            yield after, Where(None, "=", operands, owner=name, both=both), 0.1 + name.cost


def where_value(reader: Reader, at: int) -> Iterator[Found]:
    """A value alone, or behind "named"."""
    for start, _ in reader.phrase(english.NAMED, at):
        for end, operands, both in reader.operands(start):
            if not any(hasattr(one, "fn") for one in operands):
                yield end, Where(None, "=", operands, label=True, owner=reader.before(at), both=both), 0.0
    negated = reader.word(at) == "not" or reader.words[at : at + 2] == ["other", "than"]
    start = at
    if negated:
        start = at + 1 + (reader.word(at) == "other")
        start += reader.word(start) in english.PREPOSITIONS
    for end, operands, both in reader.operands(start):
        if all(isinstance(one, Value) and one.refs for one in operands):
            yield end, Where(None, "!=" if negated else "=", operands, both=both), 0.1


def where_relative(reader: Reader, at: int) -> Iterator[Found]:
    """ "older than 30", "after 2000": the comparison tells the column."""
    for start, (operator, hints) in reader.phrase(english.RELATIVES, at):
        for end, operands, both in reader.operands(start):
            if isinstance(operands[0], Value) or reader.word(at) in ("between", "from"):
                continue
            yield end, Where(None, operator, operands, hints=tuple(hints.split()), both=both), 0.1
        if operator == "=" or reader.word(at) in ("from", "since"):
            for end, low in reader.operand(start + (reader.word(start) in ("between", "from"))):
                if isinstance(low, Number) and reader.word(end) in ("and", "to"):
                    for last, high in reader.operand(end + 1):
                        if not isinstance(high, Number) or (low.number < 1000 and not low.date and hints == "year"):
                            continue
                        yield last, Where(None, "between", (low, high), hints=tuple(hints.split())), 0.1


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
            if bare and not (at and reader.word(at - 1) in _LINKS):
                continue
            if reader.word(end) in _TIMES:
                yield end + 1, HowMany(None, sign or "=", number), 0.1
                continue
            place = reader.maybe(english.DISTINCT, end)
            for last, name in reader.noun(place):
                yield last, HowMany(name, sign or "=", number), name.cost + (0.3 if bare else 0.0)


def groups(reader: Reader, at: int) -> Iterator[Found]:
    """ "for each city and year", "by month"."""
    for start, firm in reader.phrase(english.GROUPS, at):
        spoken = reader.word(at - 1)
        if not firm and (spoken in english.VERBS or spoken.endswith("ed")):
            continue
        if firm and (start == reader.size or reader.word(start) in (".", "?", ",", ";", "and", "one", "of")):
            yield start + (reader.word(start) == "one"), Group((), True), 0.1
        start = reader.maybe(english.DISTINCT, start + (reader.word(start) == "of"))
        for end, name in reader.noun(start):
            yield end, Group((name,), firm), name.cost + (0.0 if firm else 0.05)
            if reader.word(end) == "and":
                for last, other in reader.noun(end + 1):
                    yield last, Group((name, other), firm), name.cost + other.cost + 0.05


def sorts(reader: Reader, at: int) -> Iterator[Found]:
    """ "ordered by age descending", "in alphabetical order of name", "alphabetically"."""
    for start, descending in reader.phrase(english.SORTS, at):
        start = reader.maybe(english.OPENING_GLUE, start)
        for end, items, cost in item(reader, start):
            order = reader.longest(english.ORDERS, end + (reader.word(end) == ","))
            down = bool(order[1]) if order else bool(descending)
            yield (order[0] if order else end), Sort(((items[0], down), *((i, down) for i in items[1:]))), cost
            yield from _second(reader, order[0] if order else end, items[0], down, cost)
    for end, down in reader.phrase(english.ORDERS, at):
        yield end, Sort(((None, down),)), 0.1


def _second(reader: Reader, at: int, first: Item, down: bool, cost: float) -> Iterator[Found]:
    start = at
    while reader.word(start) in (",", "and", "then", "by"):
        start += 1
    for end, items, more in item(reader, start) if start > at else ():
        order = reader.longest(english.ORDERS, end)
        other = order[1] if order else down
        yield (order[0] if order else end), Sort(((first, down), (items[0], other))), cost + more + 0.1


def ranks(reader: Reader, at: int) -> Iterator[Found]:
    """ "the highest salary", "the most orders", "top 3", "oldest", "most common"."""
    yield from _ranked(reader, at)
    yield from _top(reader, at)
    yield from ranking(reader, at)


def _ranked(reader: Reader, at: int) -> Iterator[Found]:
    """ "highest salary", "most number of orders", "highest average price"; or "whose age is the lowest"."""
    for start, limit in limits(reader, at):
        if at and reader.word(at - 1) == "at":
            continue
        for end, descending in reader.phrase(english.SUPERLATIVES, start):
            for last, items, cost in item(reader, end):
                if items[0].fn in ("avg", "sum") and len(items) == 1:
                    yield last, Rank(descending, limit, items[0]), cost
        for end, descending in reader.phrase(english.EXTREMES, start):
            after, more = limit_after(reader, end)
            limit = more or limit
            place = reader.skip(english.AMOUNT, after)
            for last, name in reader.noun(place):
                counted = place > after or reader.word(end - 1) in ("most", "least", "fewest")
                if counted:
                    yield last, Rank(descending, limit, Item("count", name, guessed=True)), name.cost
                if name.columns or not counted:
                    yield (
                        last,
                        Rank(descending, limit, Item("", name), most=counted),
                        name.cost + (0.02 if counted else 0.0),
                    )
            for last, items, cost in item(reader, after):
                if items[0].fn and not items[0].guessed and len(items) == 1:
                    yield last, Rank(descending, limit, items[0]), cost
    for start, name in reader.noun(at):
        place = reader.maybe(english.COPULAS, start)
        for end, descending in reader.phrase(english.EXTREMES, place + (reader.word(place) == "the")):
            yield end, Rank(descending, 1, Item("", name)), name.cost + 0.1


def _top(reader: Reader, at: int) -> Iterator[Found]:
    """ "top 5 ... by price" has its figure behind "by", or "in terms of"."""
    if reader.word(at) not in ("top", "bottom"):
        return
    numbers = reader.numbers(at + 1)
    limit = int(numbers[0].number) if numbers and not numbers[0].date else 0
    if not limit:
        return
    for end, name in reader.noun(at + 2):
        for place in range(end, min(end + 12, reader.size)):
            if reader.word(place) == "by":
                for last, items, cost in item(reader, place + 1):
                    if place == end:
                        yield last, (Mention(name), Rank(reader.word(at) == "top", limit, items[0])), cost + name.cost


def absents(reader: Reader, at: int) -> Iterator[Found]:
    """ "without pets", "have never taken a course", "not used by any customer"."""
    for start, _ in reader.phrase(english.ABSENT, at):
        place, cost = start, 0.0
        if reader.word(start) in english.VERBS and (start + 1 == reader.size or reader.word(start + 1) in _STOPS):
            yield start + 1, Absent(None, reader.word(start)), 0.1
        for _ in range(5):
            for end, name in reader.noun(place):
                if name.tables or name.columns:
                    yield end, Absent(name), name.cost + cost
            word = reader.word(place)
            if (
                word in english.VERBS
                or word in english.PREPOSITIONS
                or word in _SOME
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


def verbs(reader: Reader, at: int) -> Iterator[Found]:
    """A word that ties nouns together."""
    word = reader.word(at)
    if reader.word(at - 1) in ("or", "nor", "both", "either") or reader.word(at + 1) in ("or", "nor"):
        return
    after = at + 1
    while reader.word(after) in english.PREPOSITIONS or reader.word(after) in ("the", "a", "an", "any", "some"):
        after += 1
    last = after >= reader.size or reader.word(after) in ("and", ",", ".", "?", "but", ";")
    if word.startswith(("un", "non", "dis")):
        return
    asked = any(before in ("do", "does", "did") for before in reader.words[:at])
    if last and not asked and word not in _FINAL:
        return
    if word in english.VERBS:
        yield at + 1, Verb(word), 0.15
    elif len(word) > 4 and word.endswith(("ed", "ing")) and word.isalpha() and not last:
        yield at + 1, Verb(word, strict=True), 0.3


def glue(reader: Reader, at: int) -> Iterator[tuple[int, Fragment | None, float]]:
    """Words that say nothing here."""
    named = [name for name in reader.names(at) if name.cost <= 0.1]
    for end, _ in reader.phrase(english.GLUE, at):
        if not any(name.end <= end for name in named):
            yield end, None, 0.03
    if reader.word(at) in ("and", "but", ";", ".", "?", "!", "(", ")"):
        yield at + 1, None, 0.06
    if reader.word(at) == "or":
        yield at + 1, Or(), 0.0


CLAUSES: tuple[Rule, ...] = (
    where_named, having, where_containing, where_trailing, where_value,
    where_relative, how_many, groups, sorts, ranks, absents, mention, verbs, glue,
)  # fmt: skip
