"""Conditions: on the row itself, on some row elsewhere, on both of two, on either."""

from dataclasses import replace
from datetime import date

from agent_worker.offline.binder.aggregates.functions import course_of_row
from agent_worker.offline.binder.columns import (
    check_nearest,
    check_values,
    joined_sides,
    naming_columns,
    role_before,
    role_bonus,
    subjects_of,
    where_options,
)
from agent_worker.offline.binder.names.binding import CLOSE, FAR, HOP, Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import any_path, path_to
from agent_worker.offline.binder.names.name_resolution import says_yes, take
from agent_worker.offline.binder.query_ir import AnyOf, Compare, Condition, Exists, InBoth, Literal, Ref
from agent_worker.offline.binder.terms.days import of_days
from agent_worker.offline.binder.terms.literals import literals
from agent_worker.offline.english.vocabulary import ROLE_WORDS
from agent_worker.offline.english.word_forms import kin
from agent_worker.offline.grammar.fragments import Absent, Average, Flagged, Or, Verb, Where
from agent_worker.offline.lexer.lattice import Number, Value
from agent_worker.offline.schema.join_paths import Path, is_functional
from agent_worker.offline.schema.lookup import PART
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole

_PARTS = ROLE_WORDS["from"] | ROLE_WORDS["to"]
_GUESS, _CONFIRMED = 0.5, 0.3
"""What a name costs that is a guess, and how much surer it is where the value stands in its column."""


def bind_where(b: Binding, where: Where) -> None:
    fragments = b.parse.fragments
    if any(isinstance(o, Average) for o in where.operands) and any(
        isinstance(f, Where) for f in fragments[fragments.index(where) + 1 :]
    ):
        raise Unbound("the average of some")
    if where.name is not None and where.name.text.lower() in ("name", "names") and not subjects_of(b):
        raise Unbound("the name of what")
    options = where_options(b, where)
    for one in where.operands:
        if isinstance(one, Average) and one.name is not None:
            same = {(c.table, c.column) for c in one.name.columns if c.cost <= one.name.cost + 0.1}
            options = [option for option in options if option[1:] in same]
    if not options and where.unit and (lasts := _lasts(b, where)):
        add_condition(b, lasts)
        return
    if not options:
        raise Unbound("no column for a condition")
    options.sort(key=lambda option: option[0])
    cost, table, column = options[0]
    for other, t, c in options[1:]:
        if other < cost + CLOSE and (t, c) != (table, column) and not joined_sides(b, (t, c), (table, column)):
            raise Unbound(f"several columns for a condition: {column}, {c}")
    if cost > 5:
        raise Unbound("a value that stands elsewhere")
    b.cost += max(cost + role_bonus(where, b.schema.columns[table, column]), 0.0)
    if (where.owner or where.name) and _holds_all(where, table, column):
        b.cost -= _CONFIRMED
    check_nearest(b, where, table, column)
    check_values(b, where)
    near = b.noun_before(where) or subjects_of(b) or {b.base}
    named = where.name is not None and where.name.text.lower() in ("name", "names", "title")
    if named and table not in near:
        raise Unbound("the name of something else")
    if where.name is not None and table not in near:
        costs = {(c.table, c.column): c.cost for c in where.name.columns}
        if any(t in near and cost <= costs.get((table, column), 0.0) for (t, _), cost in costs.items()):
            raise Doubtful(f"{where.name.text} of {table}, though what is asked for has its own")
    partly = where.name is not None and any(c.table in near and c.cost >= PART for c in where.name.columns)
    if where.name and partly and path_to(b, table) is None and table not in b.mentioned:
        raise Doubtful(f"{where.name.text} of {table}, or one of what is asked for")
    b.role = role_before(b, where, table, column)
    for condition in _conditions(b, where, b.schema.columns[table, column]):
        if condition in b.query.conditions[b.since :]:
            continue
        add_condition(b, condition)
        if condition in b.query.conditions and b.denied_before(where):
            raise Unbound("a condition behind none")
    b.role = ""


def _lasts(b: Binding, where: Where) -> Compare | None:
    """ "Longer than 3 days" of what has no such column: between the two dates of its course."""
    ref = course_of_row(b)
    if ref is None or "duration" not in where.hints or where.unit != f"{ref.unit}s":
        return None
    numbers = [one for one in where.operands if isinstance(one, Number)]
    return Compare(ref, where.operator, tuple(Literal(f"{n.number:.15g}", n.text) for n in numbers))


def bind_flagged(b: Binding, flagged: Flagged) -> None:
    """What a column says yes or no to, or which rows have a day of it; those where it says neither are in
    neither."""
    ref = take(b, flagged.name)
    of_day = Compare(ref, "missing" if flagged.negated else "known", ())
    said = of_day if b.column(ref).kind is ColumnKind.DATE else says_yes(b, ref, flagged.negated)
    told = any(isinstance(c, Compare) and c.expr == ref for c in b.query.conditions)
    if said is None or told or b.of(Or):
        raise Unbound(f"{flagged.name.text} is no yes or no")
    b.cost -= len(ref.path) * (HOP - FAR)
    b.query.conditions.append(said)


def _holds_all(where: Where, table: str, column: str) -> bool:
    """Whether the column that is guessed from the words beside the values holds them all."""
    name = where.owner or where.name
    named = name and name.cost >= _GUESS and any((c.table, c.column) == (table, column) for c in name.columns)
    return bool(named) and all(isinstance(v, Value) and v.by_place.get((table, column)) for v in where.operands)


def _conditions(b: Binding, where: Where, column: Column) -> list[Condition]:
    """The condition in the query: on the row itself, or on some row elsewhere."""
    path = path_to(b, column.table)
    aggregates = b.query.aggregates
    every = len(where.operands) == column.info.distinct  # then the condition leaves none out
    if where.both and any(e.fn == "count" or path is None or every for e in aggregates):
        raise Unbound("a count of both, or of each")
    operator = {"=": "!="}.get(where.operator, where.operator) if where.negated else where.operator
    if path is not None:
        ref = Ref(path, column.table, column.name)
        pooled = bool(b.query.aggregates)
        if where.both and len(where.operands) > 1 and operator == "=" and not pooled:
            return _both(b, where, column, ref)
        form, operands = literals(column, operator, where.operands)
        if where.never and not all(b.column(e) in naming_columns(b) for e in b.query.shown if isinstance(e, Ref)):
            raise Unbound("never, of values that rows share")
        days = [o for o in where.operands if isinstance(o, Number) and o.date]
        if days and column.kind is ColumnKind.DATE and operator != "!=":
            return list(of_days(ref, operator, [date.fromisoformat(day.text) for day in days]))
        return [Compare(ref, operator, operands, form)]
    path, _ = any_path(b, [column.table])
    if is_functional(path):
        raise Unbound(f"{column.name} on one of several ways")
    shared = column.role is ColumnRole.CATEGORY and where.name is where.owner is None and not where.label
    if shared and (len(path) > 1 or _PARTS & set(column.words)) and not _is_spoken_of(b, path):
        raise Doubtful(f"{column.name} of {column.table}, which nobody named")
    ref = Ref((), column.table, column.name)
    if where.both and operator == "=":
        parts = [literals(column, "=", (one,)) for one in where.operands]
        return [Exists(path, (Compare(ref, "=", operands, form),)) for form, operands in parts]
    negated = operator == "!="
    form, operands = literals(column, "=" if negated else operator, where.operands)
    return [Exists(path, (Compare(ref, "=" if negated else operator, operands, form),), negated)]


def _is_spoken_of(b: Binding, path: Path) -> bool:
    """Whether the question names a table of a way, or a verb tells of one."""
    tables = {step.end for step in path}
    words = [word for table in tables for word in b.schema.tables[table].words]
    said = any(kin(verb.word, word) for verb in b.of(Verb) for word in words)
    return said or bool(tables & (b.mentioned | b.named_tables))


def _both(b: Binding, where: Where, column: Column, ref: Ref) -> list[Condition]:
    shared = _shared(b)
    parts = [literals(column, "=", (one,)) for one in where.operands]
    return [InBoth(shared, Compare(ref, "=", operands, form)) for form, operands in parts]


def _shared(b: Binding) -> Ref:
    """The one column asked for, whose values several rows may share."""
    shown = b.query.columns
    if len(shown) != 1 or b.query.everything or b.query.aggregates:
        raise Unbound("both of two values")
    if b.column(shown[0]).role not in (ColumnRole.CATEGORY, ColumnRole.YEAR) or b.column(shown[0]) in naming_columns(b):
        raise Unbound("both of two values, of names")
    b.query.distinct = True
    return shown[0]


def bind_two_rows(b: Binding) -> None:
    """Conditions behind a noun that is said again are of another row than those before: one and the same thing has
    both, or rows that share what is asked for."""
    before, behind = b.query.conditions[: b.since], b.query.conditions[b.since :]
    apart = [c for c in (*before, *behind) if not isinstance(c, Exists)]
    if len(before) != 1 or len(behind) != 1 or any(not isinstance(c, Compare) for c in apart):
        raise Unbound("of one row, or of two")
    if apart:
        shared = _shared(b)
        both = [InBoth(shared, c) for c in apart if isinstance(c, Compare)]
        b.query.conditions = list(both)


def add_condition(b: Binding, new: Condition) -> None:
    """Conditions on one and the same other row stand together; two on one value that exclude each other are of
    two rows."""
    if not b.of(Or):
        check_contradiction(b, new)
    if isinstance(new, Exists) and not new.negated and _denied(b, new):
        return
    if isinstance(new, Exists) and not new.negated and not b.of(Or):
        for at, old in enumerate(b.query.conditions):
            if at >= b.since and isinstance(old, Exists) and not old.negated and new.conditions:
                if {c.expr for c in old.conditions} & {c.expr for c in new.conditions}:
                    continue
                if together := _of_one_row(old, new):
                    b.query.conditions[at] = together
                    return
    b.query.conditions.append(new)


def bind_alternatives(b: Binding, where: Where) -> None:
    """The last two conditions are alternatives."""
    if len(b.query.conditions) < 2 or b.of(Absent):
        raise Unbound("or, after what")
    *before, first, second = b.query.conditions
    if (
        where.name is None
        and not where.hints
        and not (isinstance(first, Compare) and isinstance(second, Compare) and first.expr == second.expr)
    ):
        raise Unbound("or, of values of two columns")
    b.query.conditions = [*before, AnyOf((first, second))]


def check_contradiction(b: Binding, new: Condition) -> None:
    if not isinstance(new, Compare):
        return
    for old in b.query.conditions[b.since :]:
        if isinstance(old, Compare) and old.expr == new.expr and {old.operator, new.operator} != {"!="}:
            signs = {old.operator[0], new.operator[0]}
            ordered = sorted((old, new), key=lambda c: c.operator[0])
            low, high = (c.operands[0].sql for c in (ordered[1], ordered[0]))
            if signs != {"<", ">"} or not _less(low, high):
                raise Unbound("two conditions on one value")


def _denied(b: Binding, new: Exists) -> bool:
    """Add a condition behind "without a captain" to those that must not exist; whether there were any."""
    for at, old in enumerate(b.query.conditions):
        if isinstance(old, Exists) and old.negated and new.path[: len(old.path)] == old.path:
            b.query.conditions[at] = Exists(new.path, old.conditions + new.conditions, negated=True)
            return True
    return False


def _of_one_row(old: Exists, new: Exists) -> Exists | None:
    """Both conditions on rows of one way, where one lies on the way to the other. Raises `Unbound` where the ways part
    only behind a row that both may be about."""
    longer, shorter = (old, new) if len(old.path) >= len(new.path) else (new, old)
    if longer.path[: len(shorter.path)] == shorter.path:
        nearer = tuple(_placed(c, shorter.path) for c in shorter.conditions) if old.path != new.path else None
        return Exists(longer.path, longer.conditions + (shorter.conditions if nearer is None else nearer))
    many = next(at for at, step in enumerate(longer.path) if not step.along)
    if longer.path[: many + 1] == shorter.path[: many + 1]:
        raise Doubtful("of one row, or of two")
    return None


def _placed(condition: Compare, path: Path) -> Compare:
    """A condition with its column at the end of `path`."""
    ref = condition.expr
    assert isinstance(ref, Ref)
    return replace(condition, expr=Ref(path, ref.table, ref.column))


def _less(low: str, high: str) -> bool:
    try:
        return float(low) < float(high)
    except ValueError:
        return low < high
