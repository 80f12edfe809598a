"""Counts of other things, ranks and orders."""

from agent_worker.offline.binder.aggregates.functions import holds_numbers
from agent_worker.offline.binder.conditions import Conditions
from agent_worker.offline.binder.names.binding import Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg, Compare, Exists, Expr, Ref, nearest
from agent_worker.offline.binder.terms.literals import number_literal
from agent_worker.offline.binder.terms.measures import declared
from agent_worker.offline.binder.time.calendar import is_calendar_part, is_one_of_several_parts
from agent_worker.offline.english.lexicon import BORN
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
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.roles import NUMERIC, ColumnKind, ColumnRole, is_added_up

_BY_UNIT = 0.4
"""How much surer the one column of a unit is that is said: "over 8,000 kg"."""
_SORTED = (ColumnRole.RATE, ColumnRole.DATE)


class Ranking(Conditions):
    """Binds what groups are counted, ranked and sorted by."""

    def _how_many(self, how: HowMany) -> None:
        literal = (number_literal(how.number),)
        operator = how.operator
        codes = [self._column(c).info.values for c in how.name.columns if c.column] if how.name else []
        if operator == "=" and any(how.number.text in values for values in codes):
            raise Doubtful(f"{how.number.text} of them, or the one called so")
        if how.name is not None and (ref := self._figure(how.name)):
            if any(not absent.missing for absent in self.of(Absent)):
                raise Doubtful("a condition beside none")
            unit = unit_named(how.name.text.lower())
            if unit and unit_of(self.schema, self._column(ref)) not in (unit, ""):
                raise Doubtful(f"{how.number.text} {how.name.text} of what is kept in another unit")
            self.cost -= _BY_UNIT if unit and how.name.cost > _BY_UNIT else 0.0
            if is_calendar_part(ref.column):
                raise Doubtful(f"{how.number.text} as how long ago, or as the {ref.column} itself")
            self._add_condition(Compare(ref, operator, literal))
            return
        if operator in ("<", "<=") and any(
            isinstance(e, Ref) and e.path for e in (*self.query.shown, *self.query.groups)
        ):
            raise Unbound("with those that have none, or without")
        self.query.havings.append(Compare(self._counted_rows(how.name), operator, literal))

    def _figure(self, name: Name) -> Ref | None:
        """The column of numbers that "more than 20 points" is about, unless points are things of their own."""
        try:
            ref, cost = self._resolve(name, None, numeric=True)
        except Unbound as problem:
            if "several" in str(problem):
                raise
            return None
        if any(c.cost <= cost for c in name.tables):
            return None
        self.cost += cost - name.cost
        return ref

    def _having(self, having: Having) -> None:
        """A condition on a figure of each group."""
        item = having.item
        assert item.name is not None
        if any(isinstance(o, (Average, Value)) for o in having.operands):
            raise Unbound("a figure compared with another")
        operands = tuple(number_literal(o) for o in having.operands if isinstance(o, Number))
        figure = declared(self.schema.catalog, self.base, item.name, item.fn)
        if figure is None:
            figure = Agg(item.fn, self._take(item.name, item.owner, numeric=True))
            self.cost += 0.05
        self.query.havings.append(Compare(figure, having.operator, operands))

    def _counted_rows(self, name: Name | None) -> Agg:
        """The count of a group's rows, where these are the things named."""
        if name is None:
            return Agg("count")
        self._check_told(name, {self.base, *(e.table for e in self.entities)})
        self._check_known(name)
        if any(c.table == self.base for c in name.tables):
            same = [self._column(c) for c in name.columns if c.table == self.base and c.cost <= name.cost]
            if any(c.kind is ColumnKind.NUMBER and c != self.table.key for c in same):
                raise Unbound(f"{name.text} are counted, or added up")
            self.counted.add(self.base)
            return Agg("count")
        if name.tables:
            path, counted, cost = self._entity(name)
            self.cost += cost - name.cost
            self.counted.add(counted.name)
            self._join(path)
            shown = [*self.query.columns, *self.query.groups]
            if len(path) != 1 or any(len(e.path) > 1 for e in shown):
                raise Unbound("counted too far away")
            if self._only_joins():
                return Agg("count")
            return Agg("count", nearest(Ref(path, counted.name, path[-1].end_column)), distinct=True)
        ref = self._take(name)
        if self._column(ref).role in NUMERIC or holds_numbers(self._column(ref)):
            raise Unbound("a count of quantities")
        self.cost += 0.1
        return Agg("count", ref, distinct=True)

    def _rank(self) -> None:
        ranks = self.of(Rank)
        sizes = {limit.size for limit in self.of(Limit)}
        if sizes and (len(sizes) > 1 or not ranks or ranks[0].limit > 1):
            raise Unbound("so many, of which")
        if not ranks:
            return
        if len(ranks) > 1:
            raise Unbound("several ranks")
        rank = ranks[0]
        if self.of(Sort) and (rank.hints or rank.common or rank.figure):
            raise Unbound("a rank beside an order")
        expr = self._ranked_by(rank)
        if isinstance(expr, Ref) and any(group.firm for group in self.of(Group)) and not self.query.within:
            raise Doubtful("the first of each, or of all")
        if isinstance(expr, Ref) and rank.item and rank.item.name and self._is_day_of(expr, rank.item.name):
            raise Doubtful(f"{rank.item.name.text}, or {expr.column}")
        grouped = bool(self.query.groups or self.query.buckets)
        plain = grouped or self.query.everything or bool(self.query.columns)
        if isinstance(expr, Agg) and not plain:
            raise Unbound("a rank of nothing")
        if self.query.shown and all(isinstance(e, Agg) for e in self.query.shown) and not grouped:
            raise Unbound("a figure of the first only")
        costs = isinstance(expr, Ref) and is_added_up(self._column(expr).words) and not self._base_is_said()
        summed = costs and not self.table.labels  # of what happened
        terse = (summed or any(select.terse for select in self.of(Select))) and not self.query.everything
        shown, within = self.query.columns, self.query.within
        shared = all(e.path or e in within or self._column(e).role is ColumnRole.CATEGORY for e in shown)
        if terse and isinstance(expr, Ref) and shown and shared and len(shown) == len(self.query.shown):
            raise Doubtful(f"{expr.column} of one, or of all together")
        if self.query.shown == [expr] and rank.limit == 1 and not sizes and rank.nth == 1:
            raise Unbound("the first of itself")
        self.query.order.append((expr, rank.descending))
        self.query.limit = sizes.pop() if sizes else rank.limit
        self.query.nth = rank.nth
        self.query.distinct = self.query.distinct or self.query.shown == [expr]

    def _is_day_of(self, ref: Ref, name: Name) -> bool:
        """Whether the column only tells when what is named was: `rated_date` of "the smallest rate"."""
        column = self._column(ref)
        return (
            not ref.since
            and column.role is ColumnRole.DATE
            and stem(column.all_words[-1]) not in map(stem, name.text.lower().split())
        )

    def _ranked_by(self, rank: Rank) -> Expr:
        if rank.common:
            if any(isinstance(c, Exists) for c in self.query.conditions) or self._of_another(rank):
                raise Doubtful("the most common of what")
            shown = [*self.query.columns, *self.query.groups]
            if any(not e.path and self._tells_apart(self._column(e)) for e in shown):
                raise Unbound("the most common of what is there once")
            if all(e.path for e in shown) and self.base not in self.mentioned:
                raise Doubtful(f"the most common by {self.base}, or by what")
            return Agg("count")
        if rank.hints:
            return self._hinted(rank.hints)
        if rank.figure:
            return self._own_figure()
        assert rank.item is not None
        item = self._in_total(rank.item)
        if item.name and (figure := declared(self.schema.catalog, self.base, item.name, item.fn)):
            return figure
        if item.fn == "count":
            if item.name is None or not item.name.tables:
                raise Unbound("most of what")
            if item.guessed:
                self._check_spent(item.name)
            return self._counted_rows(item.name)
        assert item.name is not None
        if item.since is not None:
            return self._between(item, item.since)
        if item.fn == "per" and item.other:
            return self._ratio(item, item.other)
        ref = (self._money_of(item.name) if item.fn else None) or self._take(item.name, item.owner)
        column = self._column(ref)
        most = rank.most and not item.fn
        if item.fn == "sum" and {"total", "tot"} & set(column.all_words):
            raise Unbound(f"{column.name} is a total already")
        if item.fn:
            if column.role not in NUMERIC:
                raise Unbound(f"{item.fn} of {column.name}")
            return Agg(item.fn, ref)
        if column.role not in (*NUMERIC, ColumnRole.DATE) or (most and any(e.path for e in self.entities)):
            raise Unbound(f"rank by {column.name}")
        return ref

    def _own_figure(self) -> Agg:
        """The one figure that is asked for, of one kind of group."""
        by = [name for group in self.of(Group) for name in group.names]
        by += [item for item in self._items() if not item.fn]
        aggregates = self.query.aggregates
        if len(aggregates) != 1 or len(by) + len(self.of(Per)) != 1:
            raise Doubtful("the first of what, by what")
        return aggregates[0]

    def _of_another(self, rank: Rank) -> bool:
        """Whether the most common one of something else than is shown is meant: "of the most popular form"."""
        at = self.parse.fragments.index(rank)
        behind = self.parse.fragments[max(at - 1, 0) : at + 2]
        shown = {e.table for e in (*self.query.shown, *self.query.groups) if isinstance(e, Ref)}
        return any(isinstance(f, Mention) and not shown & {c.table for c in f.name.tables} for f in behind)

    def _hinted(self, hints: tuple[str, ...]) -> Ref:
        tables = {e.table for e in self.entities} or {self.base}
        found: list[tuple[float, Ref]] = []
        for place, column in self.schema.columns.items():
            at = next((i for i, hint in enumerate(hints) if hint in column.words), None)
            if at is None or column.role not in (*NUMERIC, ColumnRole.DATE):
                continue
            if BORN & set(column.words) and hints[at] not in BORN:
                continue
            if is_one_of_several_parts(self.schema, column):
                continue
            reached = self._ref(Candidate(*place))
            if reached is not None:
                near = 0.0 if column.table in tables else 0.2
                found.append((reached[1] + near + 0.02 * at + (0.0 if len(column.words) == 1 else 0.03), reached[0]))
        ref, cost = self._one(found, "/".join(hints))
        others = {
            t for t in self.mentioned - {ref.table} for c in self.schema.tables[t].columns if set(hints) & set(c.words)
        }
        if others:
            raise Unbound(f"{ref.column}, or of {others.pop()}")
        self.cost += cost
        return ref

    def _sort(self) -> None:
        for sort in self.of(Sort):
            for item, descending in sort.items:
                aggregates = self.query.aggregates
                if sort.figure and len(aggregates) > 1:
                    raise Doubtful("which figure stands first")
                expr = aggregates[0] if sort.figure and aggregates else self._sorted_by(item)
                plain = isinstance(expr, Ref) and (self._is_amount(expr) or self._column(expr).role in _SORTED)
                plain = plain and isinstance(expr, Ref) and not is_calendar_part(expr.column)
                shown = self.query.shown
                summed = any(isinstance(e, Agg) or (isinstance(e, Ref) and self._holds_figures(e)) for e in shown)
                if sort.bare and (not plain or summed):
                    raise Unbound("by, without a figure")
                self.query.order.append((expr, descending))

    def _holds_figures(self, ref: Ref) -> bool:
        return self._column(ref).role in NUMERIC

    def _sorted_by(self, item: SelectItem | None) -> Expr:
        if item is None:
            first = next(iter(self.query.columns), None)
            labels = self.table.labels
            if first is None and self.query.everything and labels:
                return Ref((), self.base, labels[0].name)
            if first is None or len(self.query.columns) > 1:
                if first is None or any(group.names for group in self.of(Group)):
                    raise Unbound("in which order")
                self.cost += 0.05
            return first
        if item.name and (figure := declared(self.schema.catalog, self.base, item.name, item.fn)):
            return figure
        if item.fn == "count":
            return self._counted_rows(item.name)
        assert item.name is not None
        if item.fn == "per" and item.other:
            return self._ratio(item, item.other)
        if item.fn:
            return Agg(item.fn, self._take(item.name, item.owner))
        ref = self._take(item.name, item.owner)
        same = [e for e in self.query.aggregates if e.ref == ref]
        return same[0] if same else ref
