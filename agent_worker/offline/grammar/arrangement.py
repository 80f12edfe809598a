"""How rows are arranged: groups, order, ranks. Each rule returns fragments."""

from collections.abc import Iterator

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.asked_for.described import described
from agent_worker.offline.grammar.asked_for.select_items import select_item
from agent_worker.offline.grammar.fragments import Group, Rank, SelectItem, Sort
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import firsts, is_of_many, limit_after, ranking, standings


def groups(reader: Reader, at: int) -> Iterator[Found]:
    """ "for each city and year", "by month"."""
    for start, firm in reader.phrase(english.GROUPS, at):
        if not firm and reader.is_passive(at - 1):
            continue
        if firm and (start == reader.size or reader.word(start) in (".", "?", ",", ";", "and", "one", "of")):
            yield start + (reader.word(start) == "one"), Group((), True), 0.1
        start = reader.maybe(english.DISTINCT, start + (reader.word(start) == "of"))
        steps = [name for name in reader.names(reader.maybe(english.COUNT, start)) if name.start > start]
        yield from ((n.end, Group((n,), firm), n.cost + 0.1) for n in steps if reader.is_scale(n))  # by number of stars
        role = reader.word(at) if firm and reader.word(at) in ("from", "to") else ""
        for end, name in reader.noun(start):
            yield end, Group((name,), firm, role), name.cost + (0.0 if firm else 0.05)
            if reader.word(end) == "and":
                for last, other in reader.noun(end + 1):
                    yield last, Group((name, other), firm), name.cost + other.cost + 0.05


def sorts(reader: Reader, at: int) -> Iterator[Found]:
    """ "ordered by age descending", "in alphabetical order of name", "alphabetically"."""
    for start, descending in reader.phrase(english.SORTS, at):
        start = reader.maybe(english.OPENING_GLUE, start)
        for end, items, cost in select_item(reader, start):
            order = reader.longest(english.ORDERS, end + (reader.word(end) == ","))
            down = bool(order[1]) if order else bool(descending)
            yield (order[0] if order else end), Sort(((items[0], down), *((i, down) for i in items[1:]))), cost
            yield from _second(reader, order[0] if order else end, items[0], down, cost)
    for end, items, cost in select_item(reader, at + 1) if reader.word(at) == "by" else ():
        if order := reader.longest(english.ORDERS, end + (reader.word(end) == ",")):
            yield order[0], Sort(((items[0], bool(order[1])),)), cost
        elif items[0].name and not items[0].fn and _is_last(reader, end):
            yield end, Sort(((items[0], False),), bare=True), cost + 0.05
    for end, down in reader.phrase(english.ORDERS, at + (reader.word(at) == ",")):
        if reader.word(end) not in ("of", "by"):
            said = set(reader.words[at:end])
            yield end, Sort(((None, down),), figure=bool(english.SIZED & said) and not english.UNSIZED & said), 0.1


def _is_last(reader: Reader, end: int) -> bool:
    return end >= reader.size or reader.word(end) in (".", "?")


def _second(reader: Reader, at: int, first: SelectItem, down: bool, cost: float) -> Iterator[Found]:
    start = at
    while reader.word(start) in (",", "and", "then", "by"):
        start += 1
    for end, items, more in select_item(reader, start) if start > at else ():
        order = reader.longest(english.ORDERS, end)
        other = order[1] if order else down
        yield (order[0] if order else end), Sort(((first, down), (items[0], other))), cost + more + 0.1


def ranks(reader: Reader, at: int) -> Iterator[Found]:
    """ "the highest salary", "the most orders", "top 3", "oldest", "most common", "joined last"."""
    yield from _ranked(reader, at)
    for end, name in reader.noun(at):
        for last, descending in reader.phrase(english.LASTLY, end) if reader.is_date(name) else ():
            if reader.ends(last):
                yield last, Rank(descending, 1, SelectItem("", name)), name.cost
    yield from ranking(reader, at)
    yield from _trailing(reader, at)


def _trailing(reader: Reader, at: int) -> Iterator[Found]:
    """ ", top 3", "only the 3 lowest": the last that is said, of groups by their figure."""
    start = at + (reader.word(at) == ",")
    start += reader.word(start) in ("only", "just")
    start += reader.word(start) == "the"
    found = [(end, limit, down) for end, limit, down in firsts(reader, start) if end > start + 1]
    for number in reader.plain_numbers(start):
        found += [(end, int(number.number), down) for end, down in reader.phrase(english.EXTREMES, number.end)]
    for end, limit, down in found:
        if at and limit >= 1 and _is_last(reader, end):
            yield end, Rank(down, limit, figure=True), 0.1


def _ranked(reader: Reader, at: int) -> Iterator[Found]:
    """ "highest salary", "most number of orders", "highest average price"; or "whose age is the lowest"."""
    for start, limit, nth in standings(reader, at):
        if at and reader.word(at - 1) == "at":
            continue
        for end, descending in reader.phrase(english.SUPERLATIVES, start):
            for last, items, cost in select_item(reader, end):
                if items[0].fn in ("avg", "sum") and len(items) == 1:
                    yield last, Rank(descending, limit, items[0], nth=nth), cost
        for end, descending in reader.phrase(english.EXTREMES, start):
            after, more = limit_after(reader, end)
            limit = more or limit
            added = reader.word(after) == "total" and reader.word(after + 1) not in ("number", "amount")
            place = after if added else reader.skip(english.AMOUNT, after)
            for name, said, cost in described(reader, place) if is_of_many(reader, end) else ():
                yield name.end, (Rank(descending, limit, SelectItem("count", name, guessed=True), nth=nth), said), cost
            for last, name in reader.noun(place):
                counted = (place > after and "amount" not in reader.words[after:place]) or is_of_many(reader, end)
                if counted:
                    yield last, Rank(descending, limit, SelectItem("count", name, guessed=True), nth=nth), name.cost
                if name.columns or not counted:
                    yield (
                        last,
                        Rank(descending, limit, SelectItem("", name), most=counted, nth=nth),
                        name.cost + (0.02 if counted else 0.0),
                    )
            for last, items, cost in select_item(reader, after):
                if items[0].fn and not items[0].guessed and len(items) == 1:
                    yield last, Rank(descending, limit, items[0], nth=nth), cost
    for start, name in reader.noun(at):
        place = reader.maybe(english.COPULAS, start)
        for end, descending in reader.phrase(english.EXTREMES, place + (reader.word(place) == "the")):
            if not (is_of_many(reader, end) and reader.is_date(name)):  # "cleared the most" is no date
                yield end, Rank(descending, 1, SelectItem("", name)), name.cost + 0.1
