"""Dimensions: from "airline", "month" or "destination airport" to what rows are grouped by."""

from dataclasses import replace

from sqlglot import exp

from agent_worker.offline.binder.rules.query_ir import Dimension
from agent_worker.offline.binder.rules.scope import Scope, Target
from agent_worker.offline.binder.rules.time.calendars import calendar_of, date_calendar
from agent_worker.offline.binder.rules.time.time_filters import bucket
from agent_worker.offline.lexer.lexemes import Ambiguous, Lexeme
from agent_worker.offline.schema.join_paths import ColumnRef


def dimension_of(scope: Scope, item: Lexeme) -> Dimension:
    """What an item groups by; raises `Ambiguous` where that is not clear."""
    if item.unit:
        return _time(scope, item)
    if scope.means_table(item, scope.base):
        raise Ambiguous(f"Each row of {scope.base} is one of “{item.text}”: by which column?", item)
    target = scope.find(item, role=item.word)
    if target.measure is not None:
        raise Ambiguous(f"“{item.text}” is a figure, not something to group by.", item)
    if target.column is None:
        return label(scope, target)
    return plain(scope, target.ref)


def _time(scope: Scope, item: Lexeme) -> Dimension:
    """By a unit of time: of the date that is named with it, of the base table's calendar, or a column of just that
    name where there is no calendar."""
    if item.names and item.names[0].kind == "date":
        return bucket(scope, date_calendar(scope, scope.find(item, tables=False).ref), item.unit)
    try:
        return bucket(scope, calendar_of(scope, item), item.unit)
    except Ambiguous as problem:
        if item.places.keys().isdisjoint(scope.paths):
            raise Ambiguous(problem.message, item, problem.options) from problem
        return plain(scope, scope.find(item, tables=False).ref)


def label(scope: Scope, target: Target) -> Dimension:
    """A table to group by is shown by the name of its rows; the key tells rows of one name apart."""
    table = scope.table(target.table)
    column = scope.names.label_of(table)
    if column is None:
        raise Ambiguous(f"Which column of {table.name} is meant?")
    ref = ColumnRef(target.path, table.name, column.name)
    key = target.path[-1]
    own = ColumnRef(target.path[:-1], key.table, key.column)
    if column.name == key.ref_column:
        return plain(scope, own)
    return named(scope, ref, own, alias=scope.words(target.path, table.name, None).replace(" ", "_"))


def named(scope: Scope, ref: ColumnRef, own: ColumnRef, alias: str) -> Dimension:
    """A name of rows of another table, with the key itself where that table lacks it."""
    column = scope.sql(ref)
    shown: exp.Expression = column
    if scope.kind(own) == "text":
        shown = exp.Coalesce(this=column, expressions=[scope.sql(own)])
    described = scope.column(ref)
    unique = described.distinct is not None and described.distinct == scope.table(ref.table).row_count
    also = () if unique else (scope.sql(own),)
    words = f"{scope.words(ref.path, ref.table, ref.column)} (joined on {own.column})"
    return Dimension(shown, alias, words, (ref, own), also=also, size=described.distinct)


def plain(scope: Scope, ref: ColumnRef) -> Dimension:
    """A column as it is; a name of rows behind a key is shown as such."""
    if ref.path and scope.names.label_of(scope.table(ref.table)) == scope.column(ref):
        key = ref.path[-1]
        if key.ref_column != ref.column:
            own = ColumnRef(ref.path[:-1], key.table, key.column)
            return named(scope, ref, own, alias=scope.words(ref.path, ref.table, ref.column).replace(" ", "_"))
    words = scope.words(ref.path, ref.table, ref.column)
    temporal = scope.kind(ref) == "date"
    if ref.path:
        words += f" (joined on {ref.path[0].column})"
    return Dimension(scope.sql(ref), ref.column, words, (ref,), temporal=temporal, size=scope.column(ref).distinct)


def told_apart(dims: list[Dimension]) -> list[Dimension]:
    """Each dimension once, with a name of its own for each column of the result."""
    dims = list({dim.expression.sql(): dim for dim in dims}.values())
    taken: list[str] = []
    for at, dim in enumerate(dims):
        alias, number = dim.alias, 2
        while alias in taken:
            alias, number = f"{dim.alias}_{number}", number + 1
        taken.append(alias)
        dims[at] = replace(dim, alias=alias)
    return dims
