"""Ranks, orders, and conditions on the figures and counts of groups."""

from agent_worker.offline.binder.aggregates.counts import check_counting_column, check_known, check_spent, only_joins
from agent_worker.offline.binder.aggregates.functions import holds_numbers, money_of, ratio_of, time_between
from agent_worker.offline.binder.conditions import add_condition
from agent_worker.offline.binder.hints import hinted_column
from agent_worker.offline.binder.names.binding import Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import join
from agent_worker.offline.binder.names.name_resolution import (
    is_amount,
    resolve,
    resolve_table,
    take,
    tells_apart,
)
from agent_worker.offline.binder.query_ir import Agg, Compare, Exists, Expr, Ref, nearest
from agent_worker.offline.binder.shown import in_total
from agent_worker.offline.binder.terms.calendar import is_calendar_part
from agent_worker.offline.binder.terms.literals import number_literal
from agent_worker.offline.binder.terms.measures import declared
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import (
    Absent,
    Average,
    Group,
    Having,
    HowMany,
    Limit,
    Mention,
    Per,
    Rank,
    Select,
    SelectItem,
    Sort,
)
from agent_worker.offline.lexer.lattice import Name, Number, Value
from agent_worker.offline.schema.guessed.units import unit_named, unit_of
from agent_worker.offline.schema.roles import NUMERIC, ColumnKind, ColumnRole, is_added_up

_BY_UNIT = 0.4
"""How much surer the one column of a unit is that is said: "over 8,000 kg"."""
_SORTED = (ColumnRole.RATE, ColumnRole.DATE)


def bind_how_many(b: Binding, how: HowMany) -> None:
    literal = (number_literal(how.number),)
    operator = how.operator
    codes = [b.column(c).info.values for c in how.name.columns if c.column] if how.name else []
    if operator == "=" and any(how.number.text in values for values in codes):
        raise Doubtful(f"{how.number.text} of them, or the one called so")
    if how.name is not None and (ref := _figure(b, how.name)):
        if any(not absent.missing for absent in b.of(Absent)):
            raise Doubtful("a condition beside none")
        unit = unit_named(how.name.text.lower())
        if unit and unit_of(b.schema, b.column(ref)) not in (unit, ""):
            raise Doubtful(f"{how.number.text} {how.name.text} of what is kept in another unit")
        b.cost -= _BY_UNIT if unit and how.name.cost > _BY_UNIT else 0.0
        if is_calendar_part(ref.column):
            raise Doubtful(f"{how.number.text} as how long ago, or as the {ref.column} itself")
        add_condition(b, Compare(ref, operator, literal))
        return
    if operator in ("<", "<=") and any(isinstance(e, Ref) and e.path for e in (*b.query.shown, *b.query.groups)):
        raise Unbound("with those that have none, or without")
    b.query.havings.append(Compare(_counted_rows(b, how.name), operator, literal))


def _figure(b: Binding, name: Name) -> Ref | None:
    """The column of numbers that "more than 20 points" is about, unless points are things of their own."""
    try:
        ref, cost = resolve(b, name, None, numeric=True)
    except Unbound as problem:
        if "several" in str(problem):
            raise
        return None
    if any(c.cost <= cost for c in name.tables):
        return None
    b.cost += cost - name.cost
    return ref


def bind_having(b: Binding, having: Having) -> None:
    """A condition on a figure of each group."""
    item = having.item
    assert item.name is not None
    if any(isinstance(o, (Average, Value)) for o in having.operands):
        raise Unbound("a figure compared with another")
    operands = tuple(number_literal(o) for o in having.operands if isinstance(o, Number))
    figure = declared(b.schema.catalog, b.base, item.name, item.fn)
    if figure is None:
        figure = Agg(item.fn, take(b, item.name, item.owner, numeric=True))
        b.cost += 0.05
    b.query.havings.append(Compare(figure, having.operator, operands))


def _counted_rows(b: Binding, name: Name | None) -> Agg:
    """The count of a group's rows, where these are the things named."""
    if name is None:
        return Agg("count")
    check_counting_column(b, name, {b.base, *(e.table for e in b.entities)})
    check_known(b, name)
    if any(c.table == b.base for c in name.tables):
        same = [b.column(c) for c in name.columns if c.table == b.base and c.cost <= name.cost]
        if any(c.kind is ColumnKind.NUMBER and c != b.table.key for c in same):
            raise Unbound(f"{name.text} are counted, or added up")
        b.counted.add(b.base)
        return Agg("count")
    if name.tables:
        path, counted, cost = resolve_table(b, name)
        b.cost += cost - name.cost
        b.counted.add(counted.name)
        join(b, path)
        shown = [*b.query.columns, *b.query.groups]
        if len(path) != 1 or any(len(e.path) > 1 for e in shown):
            raise Unbound("counted too far away")
        if only_joins(b):
            return Agg("count")
        return Agg("count", nearest(Ref(path, counted.name, path[-1].end_column)), distinct=True)
    ref = take(b, name)
    if b.column(ref).role in NUMERIC or holds_numbers(b.column(ref)):
        raise Unbound("a count of quantities")
    b.cost += 0.1
    return Agg("count", ref, distinct=True)


def bind_rank(b: Binding) -> None:
    ranks = b.of(Rank)
    sizes = {limit.size for limit in b.of(Limit)}
    if sizes and (len(sizes) > 1 or not ranks or ranks[0].limit > 1):
        raise Unbound("so many, of which")
    if not ranks:
        return
    if len(ranks) > 1:
        raise Unbound("several ranks")
    rank = ranks[0]
    if b.of(Sort) and (rank.hints or rank.common or rank.figure):
        raise Unbound("a rank beside an order")
    expr = _ranked_by(b, rank)
    if isinstance(expr, Ref) and any(group.firm for group in b.of(Group)) and not b.query.within:
        raise Doubtful("the first of each, or of all")
    if isinstance(expr, Ref) and rank.item and rank.item.name and _is_day_of(b, expr, rank.item.name):
        raise Doubtful(f"{rank.item.name.text}, or {expr.column}")
    grouped = bool(b.query.groups or b.query.buckets)
    plain = grouped or b.query.everything or bool(b.query.columns)
    if isinstance(expr, Agg) and not plain:
        raise Unbound("a rank of nothing")
    if b.query.shown and all(isinstance(e, Agg) for e in b.query.shown) and not grouped:
        raise Unbound("a figure of the first only")
    costs = isinstance(expr, Ref) and is_added_up(b.column(expr).words) and not b.base_is_said()
    summed = costs and not b.table.labels  # of what happened
    terse = (summed or any(select.terse for select in b.of(Select))) and not b.query.everything
    shown, within = b.query.columns, b.query.within
    shared = all(e.path or e in within or b.column(e).role is ColumnRole.CATEGORY for e in shown)
    if terse and isinstance(expr, Ref) and shown and shared and len(shown) == len(b.query.shown):
        raise Doubtful(f"{expr.column} of one, or of all together")
    if b.query.shown == [expr] and rank.limit == 1 and not sizes and rank.nth == 1:
        raise Unbound("the first of itself")
    b.query.order.append((expr, rank.descending))
    b.query.limit = sizes.pop() if sizes else rank.limit
    b.query.nth = rank.nth
    b.query.distinct = b.query.distinct or b.query.shown == [expr]


def _is_day_of(b: Binding, ref: Ref, name: Name) -> bool:
    """Whether the column only tells when what is named was: `rated_date` of "the smallest rate"."""
    column = b.column(ref)
    return (
        not ref.since
        and column.role is ColumnRole.DATE
        and stem(column.all_words[-1]) not in map(stem, name.text.lower().split())
    )


def _ranked_by(b: Binding, rank: Rank) -> Expr:
    if rank.common:
        if any(isinstance(c, Exists) for c in b.query.conditions) or _of_another(b, rank):
            raise Doubtful("the most common of what")
        shown = [*b.query.columns, *b.query.groups]
        if any(not e.path and tells_apart(b, b.column(e)) for e in shown):
            raise Unbound("the most common of what is there once")
        if all(e.path for e in shown) and b.base not in b.mentioned:
            raise Doubtful(f"the most common by {b.base}, or by what")
        return Agg("count")
    if rank.hints:
        return hinted_column(b, rank.hints)
    if rank.figure:
        return _own_figure(b)
    assert rank.item is not None
    item = in_total(b, rank.item)
    if item.name and (figure := declared(b.schema.catalog, b.base, item.name, item.fn)):
        return figure
    if item.fn == "count":
        if item.name is None or not item.name.tables:
            raise Unbound("most of what")
        if item.guessed:
            check_spent(b, item.name)
        return _counted_rows(b, item.name)
    assert item.name is not None
    if item.since is not None:
        return time_between(b, item, item.since)
    if item.fn == "per" and item.other:
        return ratio_of(b, item, item.other)
    ref = (money_of(b, item.name) if item.fn else None) or take(b, item.name, item.owner)
    column = b.column(ref)
    most = rank.most and not item.fn
    if item.fn == "sum" and {"total", "tot"} & set(column.all_words):
        raise Unbound(f"{column.name} is a total already")
    if item.fn:
        if column.role not in NUMERIC:
            raise Unbound(f"{item.fn} of {column.name}")
        return Agg(item.fn, ref)
    if column.role not in (*NUMERIC, ColumnRole.DATE) or (most and any(e.path for e in b.entities)):
        raise Unbound(f"rank by {column.name}")
    return ref


def _own_figure(b: Binding) -> Agg:
    """The one figure that is asked for, of one kind of group."""
    by = [name for group in b.of(Group) for name in group.names]
    by += [item for item in b.items if not item.fn]
    aggregates = b.query.aggregates
    if len(aggregates) != 1 or len(by) + len(b.of(Per)) != 1:
        raise Doubtful("the first of what, by what")
    return aggregates[0]


def _of_another(b: Binding, rank: Rank) -> bool:
    """Whether the most common one of something else than is shown is meant: "of the most popular form"."""
    at = b.parse.fragments.index(rank)
    behind = b.parse.fragments[max(at - 1, 0) : at + 2]
    shown = {e.table for e in (*b.query.shown, *b.query.groups) if isinstance(e, Ref)}
    return any(isinstance(f, Mention) and not shown & {c.table for c in f.name.tables} for f in behind)


def bind_sort(b: Binding) -> None:
    for sort in b.of(Sort):
        for item, descending in sort.items:
            aggregates = b.query.aggregates
            if sort.figure and len(aggregates) > 1:
                raise Doubtful("which figure stands first")
            expr = aggregates[0] if sort.figure and aggregates else _sorted_by(b, item)
            plain = isinstance(expr, Ref) and (is_amount(b, expr) or b.column(expr).role in _SORTED)
            plain = plain and isinstance(expr, Ref) and not is_calendar_part(expr.column)
            shown = b.query.shown
            summed = any(isinstance(e, Agg) or (isinstance(e, Ref) and _holds_figures(b, e)) for e in shown)
            if sort.bare and (not plain or summed):
                raise Unbound("by, without a figure")
            b.query.order.append((expr, descending))


def _holds_figures(b: Binding, ref: Ref) -> bool:
    return b.column(ref).role in NUMERIC


def _sorted_by(b: Binding, item: SelectItem | None) -> Expr:
    if item is None:
        first = next(iter(b.query.columns), None)
        labels = b.table.labels
        if first is None and b.query.everything and labels:
            return Ref((), b.base, labels[0].name)
        if first is None or len(b.query.columns) > 1:
            if first is None or any(group.names for group in b.of(Group)):
                raise Unbound("in which order")
            b.cost += 0.05
        return first
    if item.name and (figure := declared(b.schema.catalog, b.base, item.name, item.fn)):
        return figure
    if item.fn == "count":
        return _counted_rows(b, item.name)
    assert item.name is not None
    if item.fn == "per" and item.other:
        return ratio_of(b, item, item.other)
    if item.fn:
        return Agg(item.fn, take(b, item.name, item.owner))
    ref = take(b, item.name, item.owner)
    same = [e for e in b.query.aggregates if e.ref == ref]
    return same[0] if same else ref
