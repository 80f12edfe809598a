"""Values of the data, alone or beside the column that has them."""

from collections.abc import Iterator
from dataclasses import replace

from agent_worker.offline.english import lexicon as english
from agent_worker.offline.grammar.conditions.comparisons import where_named
from agent_worker.offline.grammar.fragments import Where
from agent_worker.offline.grammar.reader import Found, Reader
from agent_worker.offline.grammar.time.times import when as whens
from agent_worker.offline.lexer.lattice import Value
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.value_index import ValueRef


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
    for end, operands, both in reader.known_values(start):
        role = reader.word(at - 1) if at and reader.word(at - 1) in ("from", "to") else ""
        state, dated = _is_state(reader, at, end), _is_dated(reader, at, end)
        where = Where(None, "!=" if negated else "=", operands, both=both, role=role, state=state, dated=dated)
        yield end, where, 0.1 if len(operands) < 2 or reader.word(0) != "compare" else 0.4
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
