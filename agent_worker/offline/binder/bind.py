"""One parse over one base table: every fragment bound, the whole checked, or refused."""

from dataclasses import dataclass

from agent_worker.offline.binder.places import Unbound, kin
from agent_worker.offline.binder.query import Agg, AnyOf, Compare, Condition, Exists, Expr, InBoth, Query, Ref
from agent_worker.offline.binder.ranking import Ranking
from agent_worker.offline.english.lexicon import expand
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Group,
    Having,
    HowMany,
    Mention,
    Or,
    Parse,
    Select,
    Verb,
    Where,
)
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import Role

_NEUTRAL = frozenset(
    word
    for (word,) in expand(
        """located|locate|based|situated|live|lives|lived|living|named|called|use|used|uses|using|made|belong|belongs
        |have|having|include|included|includes|given|get|got|show|showing|find|found|exist|exists|come|comes|take|takes
        |taken"""
    )
)
"""Verbs that tie nouns together whatever the schema calls itself."""


@dataclass(slots=True)
class Bound:
    """A query, what it costs to read the question so, and the parse it came of."""

    query: Query
    cost: float
    parse: Parse


class Binder(Ranking):
    """Binds a whole parse. Raises `Unbound` where that makes no sense."""

    def run(self) -> Bound:
        items = self._items()
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
        for at, fragment in enumerate(self.parse.fragments):
            if isinstance(fragment, Where):
                self._where(fragment)
                if at and isinstance(self.parse.fragments[at - 1], Or):
                    self._alternatives(fragment)
            elif isinstance(fragment, Absent):
                self._absent(fragment)
        for number in self.of(HowMany):
            self._how_many(number)
        for having in self.of(Having):
            self._having(having)
        for mention in (*self.of(Mention), *(Mention(item.owner) for item in items if item.owner)):
            self._mention(mention)
        self._rank()
        self._sort()
        self._finish()
        self._show_figures()
        self._verbs()
        return Bound(self.query, self.parse.cost + self.cost, self.parse)

    def _finish(self) -> None:
        query = self.query
        plain = [e for e in query.shown if isinstance(e, Ref)]
        if any(ref.path and ref.table in self.counted for ref in plain):
            raise Unbound("counted by itself")
        if query.shown == [Agg("count")] and not query.groups and any(_some(c) for c in query.conditions):
            self.cost += 0.5  # events tell of things that no register lists
        exprs = (*query.shown, *(e for e, _ in query.order), *(h.expr for h in query.havings))
        if not any(isinstance(e, Agg) for e in exprs):
            self._finish_rows(plain)
        elif query.everything:
            raise Unbound("all columns of a group")
        elif plain or query.groups:
            self._groups_of(plain)
        elif query.havings:
            raise Unbound("a count of groups")
        elif query.order and not query.limit:
            raise Unbound("one row has no order")

    def _finish_rows(self, plain: list[Ref]) -> None:
        query = self.query
        if query.groups:
            raise Unbound("groups without a figure")
        self._check_rows(plain)
        if not query.everything:
            asked = any(s.which or s.single for s in self.of(Select))
            values = asked and not query.limit and self._only_values(plain)
            query.distinct = query.distinct or self._distinct() or values
        if query.distinct and any(e not in query.shown for e, _ in query.order):
            raise Unbound("different ones in the order of another")

    def _only_values(self, plain: list[Ref]) -> bool:
        """Whether "which" asks for values that many rows may share."""
        named = self._named_by()
        columns = [self._column(ref) for ref in plain]
        single = any(select.single for select in self.of(Select))
        roles = (Role.CATEGORY, Role.IDENTIFIER, Role.QUANTITY) if single else (Role.CATEGORY, Role.IDENTIFIER)
        return all(c.role in roles and c not in named for c in columns) and not any(ref.path for ref in plain)

    def _show_figures(self) -> None:
        """What is ranked by, or is a condition on groups, is shown."""
        query = self.query
        if query.distinct or query.over:
            return
        for expr in (*(e for e, _ in query.order), *(h.expr for h in query.havings)):
            if expr not in query.shown and not (query.everything and isinstance(expr, Ref) and not expr.path):
                query.shown.append(expr)

    def _check_rows(self, plain: list[Ref]) -> None:
        """Rows of the base are rows of what is asked for; and what is asked for is not what was said."""
        ranked = [e for e, _ in self.query.order if isinstance(e, Ref)] if self.query.limit else []
        if plain and all(ref.path for ref in plain) and not self.query.everything:
            shared = {ref.path[:1] for ref in (*plain, *ranked)}
            if len(shared) == 1:
                raise Unbound("rows of another table")
        said = {
            c.expr
            for c in self.query.conditions
            if isinstance(c, Compare) and c.operator == "=" and len(c.operands) == 1
        }
        if plain and all(ref in said for ref in plain):
            raise Unbound("asks for what it says")

    def _groups_of(self, plain: list[Ref]) -> None:
        """Plain columns beside figures are what is grouped by, with the key of the thing that they name."""
        query = self.query
        counted = [
            e
            for e in query.shown
            if isinstance(e, Agg) and e.distinct and e.ref and self._column(e.ref).role is not Role.IDENTIFIER
        ]
        if counted and not query.groups:
            raise Unbound("counts of one and values of another")
        if not query.groups and any(isinstance(e, Agg) for e in query.shown) and not query.havings and not query.limit:
            self.cost += 0.15
        for ref in plain:
            if ref.path:
                table = self.schema.tables[ref.table]
                key = table.key
                if key is not None and self._column(ref) in table.labels:
                    query.groups.append(Ref(ref.path, ref.table, key.name))
            elif self._column(ref) in self._own_names():
                raise Unbound("each thing is one row")
            if self._column(ref).role is Role.QUANTITY and any(isinstance(e, Agg) and e.ref for e in query.shown):
                raise Unbound("grouped by a quantity")
            query.groups.append(ref)
        for expr, _ in query.order:
            if isinstance(expr, Ref) and expr not in query.groups:
                if expr.path and any(g.path == expr.path for g in query.groups):
                    query.groups.append(expr)
                else:
                    raise Unbound("groups in the order of a column")

    def _own_names(self) -> tuple[Column | None, ...]:
        """The columns of the base that name its rows one by one."""
        table = self.schema.tables[self.base]
        return (table.key, *(c for c in table.labels if (c.info.distinct or 0) >= table.info.row_count))

    def _verbs(self) -> None:
        """What verbs of the schema's own words speak of must be in the query."""
        used = self._used_words()
        for verb in self.of(Verb):
            parts = {p for p in self.schema.parts if kin(verb.word, p)} if verb.word not in _NEUTRAL else set()
            if (parts or verb.strict) and not parts & used:
                raise Unbound(f"{verb.word} speaks of something else")

    def _used_words(self) -> set[str]:
        query = self.query
        tables, columns = {query.base}, set()
        exprs: list[Expr] = [*query.shown, *query.groups, *(e for e, _ in query.order)]
        paths = list(query.joined)
        flat = [c for one in query.conditions for c in (one.conditions if isinstance(one, AnyOf) else (one,))]
        for condition in flat:
            if isinstance(condition, Exists):
                paths.append(condition.path)
                exprs += [c.expr for c in condition.conditions]
            else:
                exprs += [condition.expr] if isinstance(condition, Compare) else []
                exprs += [condition.ref, condition.condition.expr] if isinstance(condition, InBoth) else []
        for expr in exprs:
            ref = expr.ref if isinstance(expr, Agg) else expr
            if ref is not None:
                paths.append(ref.path)
                tables.add(ref.table)
                columns.add((ref.table, ref.column))
        for path in paths:
            for step in path:
                tables |= {step.start, step.end}
                columns |= {(step.key.table, step.key.column)}
        words = {word for table in tables for word in self.schema.tables[table].words}
        return words | {
            w for place in columns if place in self.schema.columns for w in self.schema.columns[place].all_words
        }


def _some(condition: Condition) -> bool:
    return isinstance(condition, Exists) and not condition.negated


__all__ = ["Binder", "Bound", "Unbound"]
