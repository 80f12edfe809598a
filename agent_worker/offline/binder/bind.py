"""One parse over one base table: every fragment bound, the whole checked, or refused."""

from dataclasses import dataclass, replace

from agent_worker.offline.binder.checks import (
    asks_values,
    check_bridge,
    check_outer,
    check_owners,
    check_relations,
    check_rows,
    check_terse,
    check_verbs,
    is_asked_for,
    is_named,
    is_number_of_things,
    only_values,
    own_names,
)
from agent_worker.offline.binder.columns import naming_columns
from agent_worker.offline.binder.conditions import bind_alternatives, bind_flagged, bind_two_rows, bind_where
from agent_worker.offline.binder.names.binding import Binding, Doubtful, Unbound
from agent_worker.offline.binder.names.join_choice import join
from agent_worker.offline.binder.names.name_resolution import is_amount
from agent_worker.offline.binder.nouns import bind_absent, bind_group, bind_mention
from agent_worker.offline.binder.query_ir import Agg, Change, Compare, Condition, Exists, Part, QueryIR, Ref
from agent_worker.offline.binder.ranking import bind_having, bind_how_many, bind_rank, bind_sort
from agent_worker.offline.binder.shown import asks_distinct, check_items, show_everything, show_item
from agent_worker.offline.binder.times import bind_per, bind_when, show_date
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Flagged,
    Group,
    Growth,
    Having,
    HowMany,
    InAll,
    Mention,
    Or,
    Parse,
    Per,
    Select,
    SelectItem,
    Share,
    Told,
    When,
    Where,
    names_in,
)
from agent_worker.offline.schema.roles import ColumnKind, ColumnRole, is_added_up


@dataclass(slots=True)
class Bound:
    """A query, what it costs to read the question so, and the parse it came of."""

    query: QueryIR
    cost: float
    parse: Parse


def bind(b: Binding) -> Bound:
    """The query of a whole parse over its base table. Raises `Unbound` where that makes no sense."""
    _in_all(b)
    items = b.items
    if any(name.candidates[0].via[0] and name.candidates[0].table == b.base for name in names_in(b.parse)):
        raise Unbound("reached over what the question is about")
    if not items and not b.of(Everything):
        raise Unbound("nothing asked for")
    said = [m.name for m in b.of(Mention)] + [item.owner for item in items if item.owner]
    b.mentioned = {c.table for name in said for c in name.tables if c.cost <= name.cost + 0.1}
    b.add_bridge_cost(items)
    for everything in b.of(Everything):
        show_everything(b, everything)
    for item in items:
        if item.dated:
            show_date(b, item)
        else:
            show_item(b, item, len(items))
    check_items(b)
    for group in b.of(Group):
        bind_group(b, group)
    for per in b.of(Per):
        bind_per(b, per)
    check_terse(b)
    told = alternatives = 0
    for at, fragment in enumerate(b.parse.fragments):
        if isinstance(fragment, Mention) and fragment.again:
            b.since = len(b.query.conditions)
        elif isinstance(fragment, Where) and fragment.name and fragment.name.declared:
            bind_having(b, Having(SelectItem("", fragment.name), fragment.operator, fragment.operands))
        elif isinstance(fragment, Where):
            bind_where(b, fragment)
            if _is_alternative(b, at):
                bind_alternatives(b, fragment)
                alternatives += 1
        elif isinstance(fragment, Flagged):
            bind_flagged(b, fragment)
        elif isinstance(fragment, When):
            bind_when(b, fragment)
        elif isinstance(fragment, Told):
            told = len(b.query.conditions)
        elif isinstance(fragment, Absent):
            bind_absent(b, fragment)
    if any(mention.again for mention in b.of(Mention)):
        bind_two_rows(b)
    conditions = [f for f in b.parse.fragments if isinstance(f, (Where, When, Or))]
    if len(b.of(Or)) != alternatives or (alternatives and not isinstance(conditions[-2], Or)):
        raise Doubtful("or what")
    for number in b.of(HowMany):
        bind_how_many(b, number)
    for having in b.of(Having):
        bind_having(b, having)
    for mention in (*b.of(Mention), *(Mention(item.owner) for item in items if item.owner)):
        bind_mention(b, mention)
    check_relations(b)
    check_owners(b)
    bind_rank(b)
    bind_sort(b)
    _finish(b)
    _show_figures(b)
    check_outer(b)
    check_bridge(b)
    for share in b.of(Share):
        _share(b, share, told)
    if b.of(Growth):
        _growth(b)
    check_verbs(b)
    return Bound(b.query, b.parse.cost + b.cost, b.parse)


def _in_all(b: Binding) -> None:
    """Add up a column that is asked for "in all", or count the things; what is a figure already stays."""
    for select in b.of(Select) if b.of(InAll) else ():
        plain = [item for item in select.items if not item.fn and not (item.name and item.name.declared)]
        if plain and (len(select.items) > 1 or select.distinct or plain[0].name is None):
            raise Unbound("in all of what")
        if plain and plain[0].name:
            if plain[0].name.tables and any(_is_of_money(b, where) for where in b.of(Where)):
                raise Doubtful("how many of them, or what they have in all")
            fn = "count" if plain[0].name.tables else "sum"
            added = replace(select, items=(replace(plain[0], fn=fn),))
            fragments = tuple(added if one is select else one for one in b.parse.fragments)
            b.parse = replace(b.parse, fragments=fragments)


def _is_of_money(b: Binding, where: Where) -> bool:
    """Whether a condition is on what is added up: "cost more than 100 in total"."""
    named = where.name.columns if where.name else ()
    return "cost" in where.hints or any(c.column and is_added_up(b.column(c).words) for c in named)


def _share(b: Binding, share: Share, told: int) -> None:
    """The figure as a share of the whole: by groups, or of those rows that the conditions say."""
    query = b.query
    aggregates = query.aggregates
    if len(aggregates) != 1 or query.havings or query.limit or query.over or len(b.of(Share)) > 1:
        raise Unbound("a share of one figure at a time")
    if any(isinstance(c, Exists) for c in query.conditions):
        raise Unbound("a share of those with something else")
    if aggregates[0].fn == "formula":
        raise Doubtful(f"{aggregates[0].name} is not added up")
    at = query.shown.index(aggregates[0])
    if query.aggregated and (query.groups or query.buckets) and not b.of(Told):
        if _said_before_groups(b):
            raise Doubtful("the part, or the whole")
        query.shown[at] = Part(aggregates[0], share.percent)
        return
    end = told + 1 if any(one.next for one in b.of(Told)) else len(query.conditions)
    parts = query.conditions[told:end]
    if not parts or (len(parts) > 1 and not b.of(Told)):
        raise Doubtful("the share of which part")
    query.conditions = query.conditions[:told] + query.conditions[end:]
    query.shown[at] = Part(aggregates[0], share.percent, tuple(parts))


def _growth(b: Binding) -> None:
    """Beside the figure of each unit of time, how it differs from the one before."""
    query = b.query
    aggregates = query.aggregates
    if len(aggregates) != 1 or len(query.buckets) != 1 or query.groups or query.limit or query.outer or query.order:
        raise Unbound("the growth of one figure over time")
    date = query.buckets[0].date
    if date and b.column(date).info.nulls:  # what has no time is before nothing
        query.conditions.append(Compare(date, "known", ()))
    query.shown += [Change(aggregates[0], query.buckets[0]), Change(aggregates[0], query.buckets[0], True)]


def _said_before_groups(b: Binding) -> bool:
    """Whether a condition stands before what the share is by."""
    kinds = [type(f) for f in b.parse.fragments]
    grouped = max(at for at, kind in enumerate(kinds) if kind in (Group, Per))
    return any(kind in (Where, When, Flagged, Absent, Having, HowMany) for kind in kinds[:grouped])


def _is_alternative(b: Binding, at: int) -> bool:
    """Whether "or" stands before a condition, with nothing or a noun between."""
    before = b.parse.fragments[max(at - 2, 0) : at]
    kinds = [type(f) for f in before]
    return kinds[-1:] == [Or] or kinds == [Or, Mention]


def _finish(b: Binding) -> None:
    query = b.query
    plain = query.columns
    if any(ref.path and ref.table in b.counted for ref in plain):
        raise Unbound("counted by itself")
    fixed = [c.expr for c in query.conditions if isinstance(c, Compare) and c.operator == "="]
    implied = [i.name for i in b.items if i.fn == "count" and i.name and not i.distinct]
    columns = [c for name in implied for c in name.columns if c.column and c.cost <= name.cost + 0.5]
    counted = {(c.table, c.column) for c in columns if b.column(c).kind is not ColumnKind.DATE}
    if any(isinstance(e, Ref) and (e.table, e.column) in counted and not is_named(b, e) for e in fixed):
        raise Doubtful("how many of them, or of theirs")
    dates = {c.expr for c in query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref) and
             b.column(c.expr).kind is ColumnKind.DATE}  # fmt: skip
    aggregates = [e.ref for e in query.shown if isinstance(e, Agg) and e.ref and not e.ref.since]
    days = [ref for ref in aggregates if b.column(ref).kind is ColumnKind.DATE]
    if dates and any(day not in dates for day in days):
        raise Doubtful("in which of two dates' time")
    if query.shown == [Agg("count")] and not query.groups and any(_some(c) for c in query.conditions):
        b.cost += 0.5  # events tell of things that no register lists
    if not any(isinstance(e, Agg) for e in query.exprs):
        _finish_rows(b, plain)
    elif query.everything:
        raise Unbound("all columns of a group")
    elif plain or query.groups or query.buckets:
        _groups_of(b, plain)
    elif query.havings:
        _count_groups(b)
    elif query.order and not query.limit:
        raise Unbound("one row has no order")


def _count_groups(b: Binding) -> None:
    """ "how many destinations have more than 1,000 flights": the groups are counted."""
    counted = b.query.shown[0]
    if len(b.query.shown) > 1 or not isinstance(counted, Agg) or counted.ref is None or not counted.distinct:
        raise Unbound("a count of groups")
    b.query.shown, b.query.groups = [counted.ref], [counted.ref]
    b.query.over = counted.ref.column.replace("_", " ")


def _finish_rows(b: Binding, plain: list[Ref]) -> None:
    query = b.query
    if query.groups or query.buckets:
        raise Unbound("groups without a figure")
    check_rows(b, plain)
    if not query.everything:
        called = [c for c in query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)]
        labels = b.table.labels
        each = b.of_each or any(b.column(c.expr) in labels for c in called if isinstance(c.expr, Ref))
        values = asks_values(b) and not (query.limit or each) and only_values(b, plain)
        if values and any(isinstance(c, Exists) and c.negated for c in query.conditions) and not b.base_is_said():
            raise Doubtful("none of a row, or of all rows that share it")
        query.distinct = query.distinct or asks_distinct(b) or values
    if query.distinct and any(e not in query.shown for e, _ in query.order):
        raise Unbound("different ones in the order of another")


def _show_figures(b: Binding) -> None:
    """Show what is ranked by, and what groups are bounded by."""
    query = b.query
    if query.distinct or query.over:
        return
    for expr in (*(e for e, _ in query.order), *(h.expr for h in query.havings)):
        if expr not in query.shown and not (query.everything and isinstance(expr, Ref) and not expr.path):
            query.shown.append(expr)
    if query.limit == 1 and not query.aggregated and not query.everything:
        own = naming_columns(b)
        query.distinct = not any(isinstance(e, Ref) and b.column(e) in own for e in query.shown)


def _groups_of(b: Binding, plain: list[Ref]) -> None:
    """Plain columns beside figures, before them, are what is grouped by, with the key of what they name."""
    query = b.query
    counted = [
        e
        for e in query.shown
        if isinstance(e, Agg) and e.distinct and e.ref and b.column(e.ref).role is not ColumnRole.IDENTIFIER
    ]
    if counted and not query.groups:
        raise Unbound("counts of one and values of another")
    if not query.groups and query.aggregates and not query.havings and not query.limit:
        b.cost += 0.15
    for ref in plain:
        if ref.since:
            raise Unbound("grouped by a time")
        if ref.path:
            join(b, ref.path if is_asked_for(b, ref) else ())
            table = b.schema.tables[ref.table]
            key = table.key
            if key is not None and b.column(ref) in table.labels:
                query.groups.append(Ref(ref.path, ref.table, key.name))
        elif b.column(ref) in own_names(b):
            raise Unbound("each thing is one row")
        if is_number_of_things(b, ref):
            raise Doubtful(f"the {ref.column}, or how many")
        if is_amount(b, ref) and any(isinstance(e, Agg) and e.ref for e in query.shown):
            raise Unbound("grouped by a quantity")
        query.groups.append(ref)
    query.shown.sort(key=lambda expr: isinstance(expr, Agg))
    bounded = [having.expr for having in query.havings]
    if any(isinstance(e, Agg) and e.distinct and e.ref in query.groups for e in bounded):
        raise Doubtful("how many of itself a group has")
    for expr, _ in query.order:
        if isinstance(expr, Ref) and expr not in query.groups:
            if expr.path and any(g.path == expr.path for g in query.groups):
                query.groups.append(expr)
            else:
                raise Unbound("groups in the order of a column")


def _some(condition: Condition) -> bool:
    return isinstance(condition, Exists) and not condition.negated
