"""What is asked for: "the names and average ages of students", "how many pets", "which city"."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.tokens import stem, words_in
from agent_worker.offline.english.vocabulary import UNIT_PHRASES
from agent_worker.offline.grammar.conditions.comparisons import numbered
from agent_worker.offline.grammar.conditions.flags import flagged
from agent_worker.offline.grammar.fragments import Everything, Flagged, Item, Limit, Select, Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.standing import limits, ranking, spans_of
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.lookup import PART, SURE, Candidate
from agent_worker.offline.schema.value_index import ValueRef

_STAR = frozenset(("information", "info", "details", "detail", "data", "records", "record", "everything", "rows"))
_AMOUNTS = frozenset(("amount", "value"))
"""What is added up rather than counted."""
_DURATIONS = frozenset(("time", "times", "duration", "durations", "length"))
_AT = frozenset(("at", "on"))
_MOST_ITEMS = 8
_BARE, _BARE_THINGS = 0.3, 0.2
"""What it costs that nothing opens a list; of things it is nearer than of what they have."""
_WHOLE, _ADDED_UP = 0.3, 0.3
""" "Total price" of many is the sum of the column that is called so."""
_KINDS = (("type",), ("kind",), ("class",), ("category",), ("metric",), ("measure",), ("parameter",))
_NO_COUNT = 0.4
"""What it costs that "the number of" is a column and no count."""
_OWNED_BY = frozenset(("of", "for", "in", "from", "on", "about"))
Items = tuple[Item, ...]


def stands_alone(question: str) -> bool:
    """Whether a question opens as a whole one does: "which", "how many", "show"."""
    return english.opens(words_in(question))


def selects(reader: Reader, at: int) -> Iterator[Found]:
    """An opening and the list of what is asked for."""
    for start, kind in openings(reader, at):
        which = kind == "which"
        yield from _everything(reader, start)
        for end, (one, where), cost in (*_told(reader, start), *_of_kind(reader, start)):
            yield end, (Select((one,), which=which), where), cost + _bare_cost(kind, (one,))
        for value in reader.values(start):  # "Novak's salary"
            for end, items, cost in item_list(reader, value.end) if reader.owns(value) else ():
                yield end, (Select(items), Where(None, "=", (value,))), cost
        for end, one, where, cost in measured(reader, start):
            yield end, (Select((one,)), where), cost + _bare_cost(kind, (one,))
        for place, size in limits(reader, start):
            for end, items, cost in item_list(reader, place) if size > 1 else ():
                yield end, (Select(items, which=which), Limit(size)), cost
        for place, rank, more in ranking(reader, start):
            for end, (one, where), cost in (*_told(reader, place), *_of_kind(reader, place, many=False)):
                if not one.fn:
                    yield end, (Select((one,), which=which), rank, where), cost + more
            for end, items, cost in _named(reader, place, kind):
                yield end, (Select(items, _is_distinct(items), which), rank), cost + more + _bare_cost(kind, items)
        for end, items, cost in _named(reader, start, kind):
            yield end, Select(items, _is_distinct(items), which, kind == "single"), cost + _bare_cost(kind, items)


def _named(reader: Reader, at: int, kind: str) -> Iterator[tuple[int, Items, float]]:
    """A list of what is asked for; nobody is a day."""
    for end, items, cost in item_list(reader, at, counted=kind == "count"):
        if kind != "who" or not any(one.name and reader.is_date(one.name) for one in items):
            yield end, items, cost


def _is_distinct(items: Items) -> bool:
    return any(one.distinct and one.fn == "" for one in items)


def _bare_cost(kind: str, items: Items) -> float:
    """What it costs that nothing opens the list."""
    if kind != "bare":
        return 0.0
    things = all(one.name is not None and one.name.tables and one.name.tables[0].cost <= 0.1 for one in items)
    return _BARE_THINGS if things or all(one.fn for one in items) else _BARE


def _told(reader: Reader, at: int) -> Iterator[tuple[int, tuple[Item, Where | Flagged], float]]:
    """A value or a flag before the noun that is asked for: "how many red cars", "active customers"."""
    counts = _counting(reader, at)
    for start in [end for end, _ in counts] or [at]:
        for name, said, cost in described(reader, reader.skip(english.DETERMINERS, start)):
            yield name.end, (Item("count" if counts else "", name), said), cost + 0.1


def _of_kind(reader: Reader, at: int, many: bool = True) -> Iterator[tuple[int, tuple[Item, Where], float]]:
    """ "how many novels": things called by what one of their columns has; or, not `many`, "the cheapest novel"."""
    counts = _counting(reader, at)
    for start in [end for end, _ in counts] or [at]:
        word = reader.word(start)
        schema = reader.lattice.index.schema
        kinds = schema.kinds.get(stem(word), []) if word.endswith(("s", "men")) or not many else []
        kinds = [] if any(name.cost < PART for name in reader.names(start)) else kinds
        told = schema.columns[kinds[0][:2]].words[-1:] if kinds else ()
        if len(kinds) == 1 and (schema.tables[kinds[0][0]].labels or told in _KINDS):
            table, column, value = kinds[0]
            things = Name(word, start, start + 1, (Candidate(table),))
            kind = Value(word, start, start + 1, (ValueRef(table, column, value),))
            where = Where(None, "=", (kind,), owner=things)
            yield start + 1, (Item("count" if counts else "", things), where), 0.1


def measured(reader: Reader, at: int) -> Iterator[tuple[int, Item, Where | Flagged, float]]:
    """ "average temperature": of the one column of values, where another column says what is measured."""
    schema = reader.lattice.index.schema
    measured = schema.measured
    near = schema.referred_by({measured.table}) if measured else set()
    for end, fns, _, cost in _functions(reader, at) if measured else ():
        for value in reader.values(reader.skip(english.DETERMINERS, end)) if len(fns) == 1 else ():
            if measured and any(t in near and schema.columns[t, c].words[-1:] in _KINDS for t, c in value.by_place):
                name = Name(value.text, value.start, value.end, (Candidate(measured.table, measured.name),))
                yield value.end, Item(fns[0], name), Where(None, "=", (value,)), cost
    for end, fns, _, cost in _functions(reader, at):
        start = reader.skip(english.DETERMINERS, end + (reader.word(end) == "of"))
        found = [*described(reader, start), *_described_figures(reader, start)] if len(fns) == 1 else []
        for name, said, more in found:  # "total of open bills", "average glucose result"
            rows = fns == ("sum",) and not _AMOUNTS & set(reader.words[at:start])
            yield name.end, Item(fns[0], name, rows=rows), said, cost + more + 0.1


def _described_figures(reader: Reader, at: int) -> Iterator[tuple[Name, Where, float]]:
    for value in reader.values(at):
        for _, name in reader.noun(value.end) if any(ref.whole for ref in value.refs) else ():
            if name.start == value.end and name.is_column and not _has(name, value):
                yield name, Where(None, "=", (value,)), name.cost


def described(reader: Reader, at: int) -> Iterator[tuple[Name, Where | Flagged, float]]:
    """Things of which a word before them says what they are: "red cars", "active customers"."""
    for after, flag, cost in flagged(reader, at):
        for _, name in reader.noun(after):
            if name.tables and reader.word(at) != "not":
                yield name, flag, cost + name.cost
    for end, where, cost in numbered(reader, at):
        for _, name in reader.noun(end):
            if name.tables and name.start == end:
                yield name, replace(where, owner=None), cost + name.cost
    for value in reader.values(at):
        for after, name in reader.noun(value.end) if any(ref.whole for ref in value.refs) else ():
            if name.tables:
                yield name, Where(None, "=", (value,), owner=name), name.cost
            for _, thing in reader.noun(after) if _has(name, value) else ():
                if thing.tables and thing.start == after:
                    yield thing, Where(None, "=", (value,), owner=name), name.cost + thing.cost


def _has(name: Name, value: Value) -> bool:
    """Whether a value stands in the column that is named behind it: "high severity"."""
    named = {(c.table, c.column) for c in name.columns if c.cost < SURE}
    return any(ref.whole and (ref.table, ref.column) in named for ref in value.refs)


def openings(reader: Reader, at: int) -> Iterator[tuple[int, str]]:
    """Where the list may begin, and how it was opened."""
    for end, kind in _opened(reader, at):
        after = reader.skip(english.OPENING_GLUE, end)
        yield after, kind
        if after != end:
            yield end, kind
    glued = reader.skip(english.OPENING_GLUE, at)
    for end, kind in _opened(reader, glued) if glued != at else ():
        yield reader.skip(english.OPENING_GLUE, end), kind
    yield at, "bare"


def _opened(reader: Reader, at: int) -> list[tuple[int, str]]:
    """The openings here, but for a noun: "the order"."""
    return [] if at and reader.word(at - 1) in english.DETERMINING else reader.phrase(english.OPENERS, at)


def _everything(reader: Reader, at: int) -> Iterator[Found]:
    """ "all information about departments", "everything"."""
    word = reader.word(at)
    if word in _STAR:
        end = at + 1
        while reader.word(end) in ("about", "of", "for", "on", "from", "regarding"):
            end = reader.skip(english.DETERMINERS, end + 1)
            end += reader.word(end) in ("each", "every")
            for _, name in reader.noun(end):
                if name.tables:
                    yield name.end, Everything(name), 0.1


def item_list(reader: Reader, at: int, counted: bool = False) -> Iterator[tuple[int, Items, float]]:
    """Items with commas and "and" between them; `counted`: the opening was "count"."""
    states: list[tuple[int, Items, float]] = []
    if counted:
        states = [(end, (Item("count", name, far),), cost) for end, name, far, cost in _counted(reader, at)]
    else:
        states = list(item(reader, at))
    size = 0
    while states and size < _MOST_ITEMS:
        yield from states
        states = sorted(states, key=lambda state: state[2])[:12]
        states = [
            (end, items + more, cost + extra)
            for place, items, cost in states
            for start in _separated(reader, place)
            for end, more, extra in item(reader, start)
        ]
        size += 1


def _separated(reader: Reader, at: int) -> Iterator[int]:
    end = at
    while reader.word(end) in (",", "and", "&", "also", "plus"):
        end += 1
    end = reader.maybe(english.BESIDE, end)
    if end > at:
        yield reader.skip(english.DETERMINERS, reader.maybe(english.OPENING_GLUE, end))
        if reader.phrase(english.OPENERS, end):
            after, _ = reader.phrase(english.OPENERS, end)[0]
            yield reader.skip(english.OPENING_GLUE, after)


def item(reader: Reader, at: int) -> Iterator[tuple[int, Items, float]]:
    """One thing asked for, with what it belongs to where that is said."""
    start = reader.skip(english.DETERMINERS, at)
    for end, items, cost in _bare_item(reader, start):
        yield end, items, cost
        for after, owner in _owner(reader, end):
            yield after, tuple(replace(one, owner=owner) for one in items), cost + 0.02 + owner.cost


def _owner(reader: Reader, at: int) -> Iterator[tuple[int, Name]]:
    if reader.word(at) in _OWNED_BY:
        for end, name in reader.noun(at + 1):
            if name.tables:
                yield end, name


def _bare_item(reader: Reader, at: int) -> Iterator[tuple[int, Items, float]]:
    for end, _ in _counting(reader, at):
        for after, name, far, cost in _counted(reader, end):
            guessed = "total" in reader.words[at : max(end, at + 1)]
            yield after, (Item("count", name, far, guessed=guessed),), cost
    for end, _ in reader.phrase(english.BARE_COUNT, at):
        if reader.word(end) != "of":
            yield end, (Item("count"),), 0.3
    for end, name in reader.noun(at):
        if name.tables and reader.word(end) in ("count", "counts"):
            yield end + 1, (Item("count", name),), name.cost + 0.05
    if reader.word(at) in ("headcount", "headcounts"):
        yield at + 1, (Item("count", reader.people(at)),), 0.1
    yield from _per(reader, at)
    yield from _aggregated(reader, at)
    yield from _span(reader, at, "")
    yield from _elliptic(reader, at)
    distinct = reader.maybe(english.DISTINCT, at)
    for end, name in reader.noun(distinct):
        counted = name.text.lower() == "number" and reader.word(end) == "of"
        yield end, (Item("", name, distinct > at),), name.cost + (_NO_COUNT if counted else 0.0)
        adds = english.AGGREGATES.at(reader.words, name.start) and name.end - name.start > 1
        if adds and name.is_column and name.cost < _WHOLE:
            yield end, (Item("sum", name, guessed=True),), name.cost + _ADDED_UP


def _counting(reader: Reader, at: int) -> list[tuple[int, None]]:
    """ "the number of"; but "the numbers of" are those that things have, unless they are of each of something."""
    each = {"each", "every", "per", "different"} & set(reader.words[at:])
    return [
        (end, said) for end, said in reader.phrase(english.COUNT, at) if each or "numbers" not in reader.words[at:end]
    ]


def _counted(reader: Reader, at: int) -> Iterator[tuple[int, Name, bool, float]]:
    """What is counted, and whether only different ones."""
    start = reader.skip(english.DETERMINERS, at)
    while reader.word(start) in ("of", "how", "many", "number", "the", "total"):
        start = reader.skip(english.DETERMINERS, start + 1)
    distinct = reader.maybe(english.DISTINCT, start)
    for end, name in reader.noun(distinct):
        yield end, name, distinct > start, name.cost


def _aggregated(reader: Reader, at: int) -> Iterator[tuple[int, Items, float]]:
    for end, fns, guessed, cost in _functions(reader, at):
        start = reader.skip(english.DETERMINERS, end + (reader.word(end) == "of"))
        for after, (span,), more in _span(reader, start, fns[0]):
            yield after, (span, *(replace(span, fn=fn) for fn in fns[1:])), more + cost
        rows = fns == ("sum",) and not _AMOUNTS & set(reader.words[at:start])
        for after, name in reader.noun(start):
            told = _of_number(name, {"number", "numbers"} & set(reader.words[at:start]))
            if told.candidates:
                yield after, tuple(Item(fn, told, guessed=guessed, rows=rows) for fn in fns), told.cost + cost
            if reader.word(after) == "and":
                for last, other in reader.noun(after + 1):
                    both = tuple(Item(fn, n, guessed=guessed) for n in (name, other) for fn in fns)
                    yield last, both, name.cost + other.cost + cost + 0.02
            of_rows = name.tables and fns in (("avg",), ("median",)) and not _AMOUNTS & set(reader.words[at:end])
            if of_rows and reader.word(after) == "per":
                yield after, (Item("count", name, over=fns[0]),), name.cost + cost
        for after, (since, until), more in _lasting(reader, start):
            yield after, tuple(Item(fn, until, since=since) for fn in fns), more + cost
        amount = reader.maybe(english.AMOUNT, start)
        if amount > start:
            for after, name in reader.noun(amount):
                told = _of_number(name, reader.words[amount - 2 : amount] in (["number", "of"], ["count", "of"]))
                if told.candidates:
                    yield after, tuple(Item(fn, told, guessed=guessed) for fn in fns), told.cost + cost + 0.05


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


def _span(reader: Reader, at: int, fn: str) -> Iterator[tuple[int, Items, float]]:
    """ "how long between the order date and the delivery date", "days from … to …"."""
    for start, unit in reader.phrase(english.SPANS, at):
        for end, first in reader.noun(start):
            end += reader.word(end) in _AT  # "picked up at"
            for after, last in reader.noun(end + 1) if reader.word(end) in ("and", "to", "until") else ():
                yield (
                    after + (reader.word(after) in _AT),
                    (Item(fn, last, since=first, unit=unit),),
                    first.cost + last.cost,
                )


def _per(reader: Reader, at: int) -> Iterator[tuple[int, Items, float]]:
    """ "cost per km", "average cost per km"; "orders per customer by country"."""
    starts = [end for end, fn in reader.phrase(english.AGGREGATES, at) if fn in ("avg", "sum")]
    for start in (at, *starts):
        for end, name in reader.noun(start):
            for last, other in reader.noun(end + 1) if reader.word(end) == "per" else ():
                timed = other.text.lower() in UNIT_PHRASES
                measured = name.is_column and reader.is_amount(other) and not timed
                if measured or (other.tables and reader.word(last) == "by" and (name.tables or name.is_column)):
                    yield last, (Item("per", name, other=other),), name.cost + other.cost


def _functions(reader: Reader, at: int) -> Iterator[tuple[int, tuple[str, ...], bool, float]]:
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


def _elliptic(reader: Reader, at: int) -> Iterator[tuple[int, Items, float]]:
    """ "first and last name": the words before share the noun behind."""
    first = reader.word(at)
    if reader.words[at : at + 2] in (["full", "name"], ["full", "names"]):
        first_name, last_name = (reader.lattice.look_up((part, "name")) for part in ("first", "last"))
        if first_name and last_name:
            pair = (Name("first name", at, at + 2, first_name), Name("last name", at, at + 2, last_name))
            yield at + 2, tuple(Item("", name) for name in pair), 0.1
        elif whole := reader.lattice.look_up(("name",)):
            yield at + 2, (Item("", Name("name", at, at + 2, whole)),), 0.1 + whole[0].cost
    if reader.word(at + 1) == "and" and first.isalpha():
        for second in reader.names(at + 2):
            if second.end - second.start < 2:
                continue
            head = reader.words[second.start + 1 : second.end]
            whole = reader.lattice.look_up((first, *head))
            if whole and whole[0].column is not None and whole[0].cost < 0.6:
                text = " ".join((first, *head))
                yield second.end, (Item("", Name(text, at, second.end, whole)), Item("", second)), second.cost
