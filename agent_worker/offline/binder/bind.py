"""One parse over one base table: every fragment bound, the whole checked, or refused."""

from dataclasses import dataclass, replace

from agent_worker.offline.binder.checks import Checks
from agent_worker.offline.binder.names.binding import Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg, Change, Compare, Condition, Exists, Part, QueryIR, Ref
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


class Binder(Checks):
    """Binds a whole parse. Raises `Unbound` where that makes no sense."""

    def run(self) -> Bound:
        self._in_all()
        items = self._items()
        if any(name.candidates[0].via[0] and name.candidates[0].table == self.base for name in names_in(self.parse)):
            raise Unbound("reached over what the question is about")
        if not items and not self.of(Everything):
            raise Unbound("nothing asked for")
        said = [m.name for m in self.of(Mention)] + [item.owner for item in items if item.owner]
        self.mentioned = {c.table for name in said for c in name.tables if c.cost <= name.cost + 0.1}
        self._owners(items)
        for everything in self.of(Everything):
            self._everything(everything)
        for item in items:
            self._show(item, len(items))
        self._check_items()
        for group in self.of(Group):
            self._group(group)
        for per in self.of(Per):
            self._per(per)
        self._check_terse()
        told = alternatives = 0
        for at, fragment in enumerate(self.parse.fragments):
            if isinstance(fragment, Mention) and fragment.again:
                self.since = len(self.query.conditions)
            elif isinstance(fragment, Where) and fragment.name and fragment.name.declared:
                self._having(Having(SelectItem("", fragment.name), fragment.operator, fragment.operands))
            elif isinstance(fragment, Where):
                self._where(fragment)
                if self._is_alternative(at):
                    self._alternatives(fragment)
                    alternatives += 1
            elif isinstance(fragment, Flagged):
                self._flagged(fragment)
            elif isinstance(fragment, When):
                self._when(fragment)
            elif isinstance(fragment, Told):
                told = len(self.query.conditions)
            elif isinstance(fragment, Absent):
                self._absent(fragment)
        if any(mention.again for mention in self.of(Mention)):
            self._of_two_rows()
        conditions = [f for f in self.parse.fragments if isinstance(f, (Where, When, Or))]
        if len(self.of(Or)) != alternatives or (alternatives and not isinstance(conditions[-2], Or)):
            raise Doubtful("or what")
        for number in self.of(HowMany):
            self._how_many(number)
        for having in self.of(Having):
            self._having(having)
        for mention in (*self.of(Mention), *(Mention(item.owner) for item in items if item.owner)):
            self._mention(mention)
        self._check_relations()
        self._check_owners()
        self._rank()
        self._sort()
        self._finish()
        self._show_figures()
        self._check_outer()
        self._check_bridge()
        for share in self.of(Share):
            self._share(share, told)
        if self.of(Growth):
            self._growth()
        self._verbs()
        return Bound(self.query, self.parse.cost + self.cost, self.parse)

    def _in_all(self) -> None:
        """A column that is asked for "in all" is added up, things are counted; what is a figure already stays."""
        for select in self.of(Select) if self.of(InAll) else ():
            plain = [item for item in select.items if not item.fn and not (item.name and item.name.declared)]
            if plain and (len(select.items) > 1 or select.distinct or plain[0].name is None):
                raise Unbound("in all of what")
            if plain and plain[0].name:
                if plain[0].name.tables and any(map(self._is_of_money, self.of(Where))):
                    raise Doubtful("how many of them, or what they have in all")
                fn = "count" if plain[0].name.tables else "sum"
                added = replace(select, items=(replace(plain[0], fn=fn),))
                fragments = tuple(added if one is select else one for one in self.parse.fragments)
                self.parse = replace(self.parse, fragments=fragments)

    def _is_of_money(self, where: Where) -> bool:
        """Whether a condition is on what is added up: "cost more than 100 in total"."""
        named = where.name.columns if where.name else ()
        return "cost" in where.hints or any(c.column and is_added_up(self._column(c).words) for c in named)

    def _share(self, share: Share, told: int) -> None:
        """The figure as a share of the whole: by groups, or of those rows that the conditions say."""
        query = self.query
        aggregates = query.aggregates
        if len(aggregates) != 1 or query.havings or query.limit or query.over or len(self.of(Share)) > 1:
            raise Unbound("a share of one figure at a time")
        if any(isinstance(c, Exists) for c in query.conditions):
            raise Unbound("a share of those with something else")
        if aggregates[0].fn == "formula":
            raise Doubtful(f"{aggregates[0].name} is not added up")
        at = query.shown.index(aggregates[0])
        if query.aggregated and (query.groups or query.buckets) and not self.of(Told):
            if self._said_before_groups():
                raise Doubtful("the part, or the whole")
            query.shown[at] = Part(aggregates[0], share.percent)
            return
        end = told + 1 if any(one.next for one in self.of(Told)) else len(query.conditions)
        parts = query.conditions[told:end]
        if not parts or (len(parts) > 1 and not self.of(Told)):
            raise Doubtful("the share of which part")
        query.conditions = query.conditions[:told] + query.conditions[end:]
        query.shown[at] = Part(aggregates[0], share.percent, tuple(parts))

    def _growth(self) -> None:
        """Beside the figure of each unit of time, how it differs from the one before."""
        query = self.query
        aggregates = query.aggregates
        if len(aggregates) != 1 or len(query.buckets) != 1 or query.groups or query.limit or query.outer or query.order:
            raise Unbound("the growth of one figure over time")
        date = query.buckets[0].date
        if date and self._column(date).info.nulls:  # what has no time is before nothing
            query.conditions.append(Compare(date, "known", ()))
        query.shown += [Change(aggregates[0], query.buckets[0]), Change(aggregates[0], query.buckets[0], True)]

    def _said_before_groups(self) -> bool:
        """Whether a condition stands before what the share is by."""
        kinds = [type(f) for f in self.parse.fragments]
        grouped = max(at for at, kind in enumerate(kinds) if kind in (Group, Per))
        return any(kind in (Where, When, Flagged, Absent, Having, HowMany) for kind in kinds[:grouped])

    def _is_alternative(self, at: int) -> bool:
        """Whether "or" stands before a condition, with nothing or a noun between."""
        before = self.parse.fragments[max(at - 2, 0) : at]
        kinds = [type(f) for f in before]
        return kinds[-1:] == [Or] or kinds == [Or, Mention]

    def _finish(self) -> None:
        query = self.query
        plain = query.columns
        if any(ref.path and ref.table in self.counted for ref in plain):
            raise Unbound("counted by itself")
        fixed = [c.expr for c in query.conditions if isinstance(c, Compare) and c.operator == "="]
        implied = [i.name for i in self._items() if i.fn == "count" and i.name and not i.distinct]
        columns = [c for name in implied for c in name.columns if c.column and c.cost <= name.cost + 0.5]
        counted = {(c.table, c.column) for c in columns if self._column(c).kind is not ColumnKind.DATE}
        if any(isinstance(e, Ref) and (e.table, e.column) in counted and not self._is_named(e) for e in fixed):
            raise Doubtful("how many of them, or of theirs")
        dates = {c.expr for c in query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref) and
                 self._column(c.expr).kind is ColumnKind.DATE}  # fmt: skip
        aggregates = [e.ref for e in query.shown if isinstance(e, Agg) and e.ref and not e.ref.since]
        days = [ref for ref in aggregates if self._column(ref).kind is ColumnKind.DATE]
        if dates and any(day not in dates for day in days):
            raise Doubtful("in which of two dates' time")
        if query.shown == [Agg("count")] and not query.groups and any(_some(c) for c in query.conditions):
            self.cost += 0.5  # events tell of things that no register lists
        if not any(isinstance(e, Agg) for e in query.exprs):
            self._finish_rows(plain)
        elif query.everything:
            raise Unbound("all columns of a group")
        elif plain or query.groups or query.buckets:
            self._groups_of(plain)
        elif query.havings:
            self._count_groups()
        elif query.order and not query.limit:
            raise Unbound("one row has no order")

    def _count_groups(self) -> None:
        """ "how many destinations have more than 1,000 flights": the groups are counted."""
        counted = self.query.shown[0]
        if len(self.query.shown) > 1 or not isinstance(counted, Agg) or counted.ref is None or not counted.distinct:
            raise Unbound("a count of groups")
        self.query.shown, self.query.groups = [counted.ref], [counted.ref]
        self.query.over = counted.ref.column.replace("_", " ")

    def _finish_rows(self, plain: list[Ref]) -> None:
        query = self.query
        if query.groups or query.buckets:
            raise Unbound("groups without a figure")
        self._check_rows(plain)
        if not query.everything:
            called = [c for c in query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)]
            labels = self.table.labels
            each = self.of_each or any(self._column(c.expr) in labels for c in called if isinstance(c.expr, Ref))
            values = self._asks_values() and not (query.limit or each) and self._only_values(plain)
            if (
                values
                and any(isinstance(c, Exists) and c.negated for c in query.conditions)
                and not self._base_is_said()
            ):
                raise Doubtful("none of a row, or of all rows that share it")
            query.distinct = query.distinct or self._distinct() or values
        if query.distinct and any(e not in query.shown for e, _ in query.order):
            raise Unbound("different ones in the order of another")

    def _show_figures(self) -> None:
        """What is ranked by, or is a condition on groups, is shown."""
        query = self.query
        if query.distinct or query.over:
            return
        for expr in (*(e for e, _ in query.order), *(h.expr for h in query.havings)):
            if expr not in query.shown and not (query.everything and isinstance(expr, Ref) and not expr.path):
                query.shown.append(expr)
        if query.limit == 1 and not query.aggregated and not query.everything:
            own = self._named_by()
            query.distinct = not any(isinstance(e, Ref) and self._column(e) in own for e in query.shown)

    def _groups_of(self, plain: list[Ref]) -> None:
        """Plain columns beside figures, before them, are what is grouped by, with the key of what they name."""
        query = self.query
        counted = [
            e
            for e in query.shown
            if isinstance(e, Agg) and e.distinct and e.ref and self._column(e.ref).role is not ColumnRole.IDENTIFIER
        ]
        if counted and not query.groups:
            raise Unbound("counts of one and values of another")
        if not query.groups and query.aggregates and not query.havings and not query.limit:
            self.cost += 0.15
        for ref in plain:
            if ref.since:
                raise Unbound("grouped by a time")
            if ref.path:
                self._join(ref.path if self._asked(ref) else ())
                table = self.schema.tables[ref.table]
                key = table.key
                if key is not None and self._column(ref) in table.labels:
                    query.groups.append(Ref(ref.path, ref.table, key.name))
            elif self._column(ref) in self._own_names():
                raise Unbound("each thing is one row")
            if self._is_number_of_things(ref):
                raise Doubtful(f"the {ref.column}, or how many")
            if self._is_amount(ref) and any(isinstance(e, Agg) and e.ref for e in query.shown):
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
