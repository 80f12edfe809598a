"""Things and figures with a word before them that says of what they are: "red cars", "average temperature"."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.asked_for.aggregates import AMOUNTS, count_of, functions
from agent_worker.offline.grammar.conditions.comparisons import numbered
from agent_worker.offline.grammar.conditions.flags import flagged
from agent_worker.offline.grammar.fragments import Flagged, SelectItem, Where
from agent_worker.offline.grammar.reader import Reader
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.lookup import PART, SURE, Candidate
from agent_worker.offline.schema.value_index import ValueRef

_KINDS = (("type",), ("kind",), ("class",), ("category",), ("metric",), ("measure",), ("parameter",))


def described_things(reader: Reader, at: int) -> Iterator[tuple[int, tuple[SelectItem, Where | Flagged], float]]:
    """A value or a flag before the noun that is asked for: "how many red cars", "active customers"."""
    counts = count_of(reader, at)
    for start in [end for end, _ in counts] or [at]:
        for name, said, cost in described(reader, reader.skip(english.DETERMINERS, start)):
            yield name.end, (SelectItem("count" if counts else "", name), said), cost + 0.1


def of_kind(
    reader: Reader, at: int, many: bool = True
) -> Iterator[tuple[int, tuple[SelectItem, *tuple[Where, ...]], float]]:
    """ "how many novels", "bronze sculptures": things called by what one of their columns has, with what another has
    before it; or, not `many`, "the cheapest novel"."""
    counts = count_of(reader, at)
    for start in [end for end, _ in counts] or [at]:
        for things, kind in _kinds(reader, start, many):
            yield things.end, (SelectItem("count" if counts else "", things), kind), 0.1
        for value in reader.values(start):
            for things, kind in _kinds(reader, value.end, many) if any(ref.whole for ref in value.refs) else ():
                said = Where(None, "=", (value,))
                yield things.end, (SelectItem("count" if counts else "", things), said, kind), 0.2


def _kinds(reader: Reader, at: int, many: bool) -> Iterator[tuple[Name, Where]]:
    """The things that a word calls by their kind, and that they are of it."""
    word = reader.word(at)
    schema = reader.lattice.index.schema
    kinds = schema.kinds.get(stem(word), []) if word.endswith(("s", "men")) or not many else []
    kinds = [] if any(name.cost < PART for name in reader.names(at)) else kinds
    told = schema.columns[kinds[0][:2]].words[-1:] if kinds else ()
    if len(kinds) == 1 and (schema.tables[kinds[0][0]].labels or told in _KINDS):
        table, column, value = kinds[0]
        things = Name(word, at, at + 1, (Candidate(table),))
        yield things, Where(None, "=", (Value(word, at, at + 1, (ValueRef(table, column, value),)),), owner=things)


def measured(reader: Reader, at: int) -> Iterator[tuple[int, SelectItem, Where | Flagged, float]]:
    """ "average temperature": of the one column of values, where another column says what is measured."""
    schema = reader.lattice.index.schema
    measured = schema.measured
    near = schema.referred_by({measured.table}) if measured else set()
    for end, fns, _, cost in functions(reader, at) if measured else ():
        for value in reader.values(reader.skip(english.DETERMINERS, end)) if len(fns) == 1 else ():
            if measured and any(t in near and schema.columns[t, c].words[-1:] in _KINDS for t, c in value.by_place):
                name = Name(value.text, value.start, value.end, (Candidate(measured.table, measured.name),))
                yield value.end, SelectItem(fns[0], name), Where(None, "=", (value,)), cost
    for end, fns, _, cost in functions(reader, at):
        start = reader.skip(english.DETERMINERS, end + (reader.word(end) == "of"))
        found = [*described(reader, start), *_described_figures(reader, start)] if len(fns) == 1 else []
        for name, said, more in found:  # "total of open bills", "average glucose result"
            rows = fns == ("sum",) and not AMOUNTS & set(reader.words[at:start])
            yield name.end, SelectItem(fns[0], name, rows=rows), said, cost + more + 0.1


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
