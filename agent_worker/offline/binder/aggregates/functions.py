"""Figures of a column: sums, averages and the like, the time between two dates, one figure by another."""

from dataclasses import replace

from agent_worker.offline.binder.names.binding import Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.name_resolution import RANKS, resolve, resolve_table, same_column, take
from agent_worker.offline.binder.query_ir import Agg, Compare, Expr, Ref
from agent_worker.offline.english.senses import MONEY_COLUMNS
from agent_worker.offline.english.vocabulary import AMOUNTS
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import Group, SelectItem
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.ranges import edges_of
from agent_worker.offline.schema.roles import NUMERIC, ColumnKind, ColumnRole

_MONEY = frozenset(MONEY_COLUMNS)


def holds_numbers(column: Column) -> bool:
    """Whether a column of text holds some numbers."""
    return any(one.replace(".", "", 1).isdigit() for one in (*edges_of(column.info), *column.info.values))


def add_span(b: Binding, item: SelectItem, since: Name) -> None:
    if item.fn not in ("", "avg", "min", "max", "median"):
        raise Unbound(f"{item.fn} of a time")
    ref = time_between(b, item, since)
    add_shown(b, Agg(item.fn, ref) if item.fn else ref)


def course_of_row(b: Binding) -> Ref | None:
    """The time that what a row of the base tells of lasts."""
    span = b.schema.tables[b.base].span
    if span is None:
        return None
    timed = all(c.info.type.upper().startswith("TIMESTAMP") for c in span)
    return Ref((), b.base, span[1].name, since=span[0].name, unit="hour" if timed else "day")


def time_between(b: Binding, item: SelectItem, since: Name) -> Ref:
    """The time between two dates of one row: days, or hours where both tell the time of day."""
    assert item.name is not None
    (first, near), (last, far) = (resolve(b, name, item.owner) for name in (since, item.name))
    dates = [b.column(ref) for ref in (first, last)]
    if first.path or last.path or first == last or any(c.role is not ColumnRole.DATE for c in dates):
        raise Unbound("no time between two dates of a row")
    timed = all(c.info.type.upper().startswith("TIMESTAMP") for c in dates)
    if item.unit in ("hour", "minute") and not timed:
        raise Doubtful(f"{item.unit}s of days")
    b.cost += near + far - item.name.cost - since.cost
    return replace(last, since=first.column, unit=item.unit or ("hour" if timed else "day"))


def add_shown(b: Binding, expr: Expr) -> None:
    if not any(expr == old or (isinstance(old, Ref) and isinstance(expr, Ref) and same_column(old, expr))
               for old in b.query.shown):  # fmt: skip
        b.query.shown.append(expr)


def _has_parts(b: Binding, ref: Ref, noun: str) -> bool:
    """Whether what refers to the rows of a column has figures of the same noun: prices of an order's lines."""
    parts = [c for key in b.schema.keys_to(ref.table) for c in b.schema.tables[key.table].columns]
    return any(c.role in NUMERIC and c.all_words[-1].endswith(noun) for c in parts)


def _is_kept_as_text(b: Binding, name: Name, ref: Ref) -> bool:
    """Whether another table has a column of the same name with texts of numbers: neither is surely meant."""
    called = [b.column(c) for c in name.columns if c.column and c.table != ref.table]
    same = [column for column in called if column.name.lower() == ref.column.lower()]
    return any(column.kind is ColumnKind.TEXT and holds_numbers(column) for column in same)


def ratio_of(b: Binding, item: SelectItem, other: Name) -> Agg:
    """A figure by another of the same rows, or by how many things they are of."""
    assert item.name is not None
    counted = [c for c in item.name.tables if c.table == b.base]
    ref, cost = (None, counted[0].cost) if counted else resolve(b, item.name, item.owner, numeric=True)
    b.cost += cost - item.name.cost
    summed = ref is None or (not ref.path and b.column(ref).role is ColumnRole.QUANTITY)
    if other.tables:
        path, table, more = resolve_table(b, other)
        if not path or table.key is None or not b.of(Group):
            raise Unbound("a figure of each row")
        by = Agg("count", Ref(path, table.name, table.key.name), distinct=True)
    else:
        of, more = resolve(b, other, item.owner, numeric=True)
        summed = ref is not None and summed and not of.path and of != ref and b.column(of).role is ColumnRole.QUANTITY
        by = Agg("sum", of)
    if not summed:
        raise Unbound("no figure by another of the same rows")
    b.cost += more - other.cost
    for one in (ref, by.ref):
        if one and b.column(one).info.nulls:  # a figure without the other tells nothing
            b.query.conditions.append(Compare(one, "known", ()))
    return Agg("sum" if ref else "count", ref, per=by)


def money_of(b: Binding, name: Name) -> Ref | None:
    """The money of the rows of the base, where they are called so: "total fees" are no numbers of them."""
    table = b.schema.tables[b.base]
    called = stem(table.words[-1]) in AMOUNTS and any(c.table == b.base and c.cost <= 0.1 for c in name.tables)
    money = [c for c in table.columns if c.role is ColumnRole.QUANTITY and not _MONEY.isdisjoint(c.all_words)]
    return Ref((), b.base, money[0].name) if called and len(money) == 1 else None


def add_aggregate(b: Binding, item: SelectItem) -> None:
    assert item.name is not None
    ref = money_of(b, item.name) or take(b, item.name, item.owner)
    column = b.column(ref)
    if item.owner and item.name.text.lower() in ("number", "numbers"):
        raise Doubtful(f"{item.name.text} of {item.owner.text}, or how many")
    if item.fn in ("sum", "avg", "median", "stddev") and (ref.path or column.role is ColumnRole.YEAR):
        raise Unbound(f"{item.fn} of {column.name} would count rows twice")
    if item.fn in ("min", "max") and column.words[-1] in RANKS:
        raise Doubtful(f"the best {column.name}, or the last")
    if ref.table not in b.mentioned and _is_kept_as_text(b, item.name, ref):
        raise Doubtful(f"{column.name} of {ref.table}, or of another")
    if item.fn == "sum" and column.role is ColumnRole.RATE:
        raise Unbound("a rate is not added up")
    if column.role not in NUMERIC and not (item.fn in ("min", "max") and column.kind is ColumnKind.DATE):
        raise Unbound(f"{item.fn} of {column.name}")
    if item.fn == "sum" and item.guessed and _has_parts(b, ref, item.name.text.split()[-1]):
        raise Doubtful(f"the {column.name} of all, or of their parts")
    other = None
    if item.other is not None:
        other = take(b, item.other, item.owner, numeric=True)
        if other == ref or column.role not in NUMERIC:
            raise Unbound("a correlation with itself")
    add_shown(b, Agg(item.fn, ref, other=other))
