"""One parse over one base table: every fragment bound, the whole checked, or refused."""

from dataclasses import dataclass
from itertools import pairwise

from agent_worker.offline.binder.places import Doubtful, Unbound, kin
from agent_worker.offline.binder.query import (
    Agg,
    Compare,
    Condition,
    Exists,
    Expr,
    InBoth,
    Part,
    Query,
    Ref,
    refs_of,
    simple_conditions,
)
from agent_worker.offline.binder.time.times import Times
from agent_worker.offline.english.lexicon import expand
from agent_worker.offline.english.tokens import stem
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Group,
    Having,
    HowMany,
    Mention,
    Or,
    Parse,
    Per,
    Rank,
    Select,
    Share,
    Told,
    Verb,
    When,
    Where,
)
from agent_worker.offline.lexer.lattice import Name, Value
from agent_worker.offline.schema.model import Column
from agent_worker.offline.schema.roles import Role

_NEUTRAL = frozenset(
    word
    for (word,) in expand(
        """located|locate|based|situated|live|lives|lived|living|named|called|use|used|uses|using|made|belong|belongs
        |have|having|include|included|includes|given|get|got|show|showing|find|found|exist|exists|come|comes|take|takes
        |taken|share|shares|shared"""
    )
)
"""Verbs that tie nouns together whatever the schema calls itself."""


@dataclass(slots=True)
class Bound:
    """A query, what it costs to read the question so, and the parse it came of."""

    query: Query
    cost: float
    parse: Parse


class Binder(Times):
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
        for per in self.of(Per):
            self._per(per)
        self._check_terse()
        told = alternatives = 0
        for at, fragment in enumerate(self.parse.fragments):
            if isinstance(fragment, Mention) and fragment.again:
                self.since = len(self.query.conditions)
            elif isinstance(fragment, Where):
                self._where(fragment)
                if self._is_alternative(at):
                    self._alternatives(fragment)
                    alternatives += 1
            elif isinstance(fragment, When):
                self._when(fragment)
            elif isinstance(fragment, Told):
                told = len(self.query.conditions)
            elif isinstance(fragment, Absent):
                self._absent(fragment)
        if any(mention.again for mention in self.of(Mention)):
            self._of_two_rows()
        if len(self.of(Or)) != alternatives:
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
        for share in self.of(Share):
            self._share(share, told)
        self._verbs()
        return Bound(self.query, self.parse.cost + self.cost, self.parse)

    def _check_terse(self) -> None:
        """What nothing opens is counted by groups; without any, its rows are meant."""
        grouped = bool(self.query.groups or self.query.buckets)
        for select in self.of(Select):
            if select.terse and select.items[0].fn and not grouped:
                raise Unbound("a count of what nobody counts")
            if select.terse and any(self._column(ref).role is Role.QUANTITY for ref in self.query.groups):
                raise Unbound("per so many, or by their number")

    def _share(self, share: Share, told: int) -> None:
        """The figure as a share of the whole: by groups, or of those rows that the conditions say."""
        query = self.query
        figures = [e for e in query.shown if isinstance(e, Agg)]
        if len(figures) != 1 or query.havings or query.limit or query.over or len(self.of(Share)) > 1:
            raise Unbound("a share of one figure at a time")
        if any(isinstance(c, Exists) for c in query.conditions):
            raise Unbound("a share of those with something else")
        at = query.shown.index(figures[0])
        if query.aggregated and (query.groups or query.buckets):
            if self.of(Told) or self._said_before_groups():
                raise Doubtful("the part, or the whole")
            query.shown[at] = Part(figures[0], share.percent)
            return
        parts = query.conditions[told:] if self.of(Told) else query.conditions
        if not parts or (len(parts) > 1 and not self.of(Told)):
            raise Doubtful("the share of which part")
        query.conditions = query.conditions[:told] if self.of(Told) else []
        query.shown[at] = Part(figures[0], share.percent, tuple(parts))

    def _said_before_groups(self) -> bool:
        """Whether a condition stands before what the share is by."""
        kinds = [type(f) for f in self.parse.fragments]
        grouped = max(at for at, kind in enumerate(kinds) if kind in (Group, Per))
        return any(kind in (Where, When, Absent, Having, HowMany) for kind in kinds[:grouped])

    def _is_alternative(self, at: int) -> bool:
        """Whether "or" stands before a condition, with nothing or a noun between."""
        before = self.parse.fragments[max(at - 2, 0) : at]
        kinds = [type(f) for f in before]
        return kinds[-1:] == [Or] or kinds == [Or, Mention]

    def _finish(self) -> None:
        query = self.query
        plain = [e for e in query.shown if isinstance(e, Ref)]
        if any(ref.path and ref.table in self.counted for ref in plain):
            raise Unbound("counted by itself")
        fixed = [c.expr for c in query.conditions if isinstance(c, Compare) and c.operator == "="]
        implied = [i.name for i in self._items() if i.fn == "count" and i.name and not i.distinct]
        counted = {(c.table, c.column) for name in implied for c in name.columns if c.cost <= name.cost + 0.5}
        if any(isinstance(e, Ref) and (e.table, e.column) in counted and not self._is_named(e) for e in fixed):
            raise Doubtful("how many of them, or of theirs")
        if query.shown == [Agg("count")] and not query.groups and any(_some(c) for c in query.conditions):
            self.cost += 0.5  # events tell of things that no register lists
        exprs = (*query.shown, *(e for e, _ in query.order), *(h.expr for h in query.havings))
        if not any(isinstance(e, Agg) for e in exprs):
            self._finish_rows(plain)
        elif query.everything:
            raise Unbound("all columns of a group")
        elif plain or query.groups or query.buckets:
            self._groups_of(plain)
        elif query.havings:
            self._count_groups()
        elif query.order and not query.limit:
            raise Unbound("one row has no order")

    def _is_named(self, ref: Ref) -> bool:
        """Whether a condition names its column, so that it is no other one's."""
        wheres = [w for w in self.of(Where) if w.name is not None or w.owner is not None or w.label]
        names = [name for w in wheres for name in (w.name, w.owner) if name]
        return any((c.table, c.column) == (ref.table, ref.column) for name in names for c in name.columns)

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
        if self.told_by and not self._is_of_one_thing():
            raise Doubtful("how many of each, or of all")
        if plain and all(ref.path for ref in plain) and not self.query.everything:
            shared = {ref.path[:1] for ref in (*plain, *ranked)}
            if len(shared) == 1:
                raise Unbound("rows of another table")
        said = {
            c.expr
            for c in self.query.conditions
            if isinstance(c, Compare) and c.operator == "=" and len(c.operands) == 1
        }
        if plain and (all(ref in said for ref in plain) or self._asks_again(said)):
            raise Unbound("asks for what it says")

    def _asks_again(self, said: set[Expr]) -> bool:
        """ "Who advises Linda Smith? Give the first name": of somebody else."""
        known = {(ref.table, ref.column) for ref in said if isinstance(ref, Ref)}
        again = [item.name for select in self.of(Select)[1:] for item in select.items if item.name]
        return bool(again) and all(known & {(c.table, c.column) for c in name.candidates} for name in again)

    def _is_of_one_thing(self) -> bool:
        """Whether rows are told apart by what is shown, or there is only the one that the question names."""
        own = self._named_by()
        fixed = [c.expr for c in self.query.conditions if isinstance(c, Compare) and c.operator == "="]
        return any(isinstance(e, Ref) and self._column(e) in own for e in (*self.query.shown, *fixed))

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
            if self._column(ref).role is Role.QUANTITY and any(isinstance(e, Agg) and e.ref for e in query.shown):
                raise Unbound("grouped by a quantity")
            query.groups.append(ref)
        bounded = [having.expr for having in query.havings]
        if any(isinstance(e, Agg) and e.distinct and e.ref in query.groups for e in bounded):
            raise Doubtful("how many of itself a group has")
        for expr, _ in query.order:
            if isinstance(expr, Ref) and expr not in query.groups:
                if expr.path and any(g.path == expr.path for g in query.groups):
                    query.groups.append(expr)
                else:
                    raise Unbound("groups in the order of a column")

    def _asked(self, ref: Ref) -> bool:
        """Whether a column is of a thing that is asked for, rather than grouped by."""
        return any(e.path == ref.path and e.table == ref.table for e in self.entities)

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

    def _check_owners(self) -> None:
        """Names are of something that the question names, or that this refers to."""
        said = self._named_tables()
        near = self.schema.referred_by(said)
        for ref in (*(e for e in self.query.shown if isinstance(e, Ref)), *self.query.groups):
            label = self._column(ref) in self.schema.tables[ref.table].labels
            if label and said and ref.table not in near and not self._says_table(ref):
                raise Unbound(f"{ref.column} of {ref.table}, which nobody named")

    def _says_table(self, ref: Ref) -> bool:
        """Whether the name of a column says its table too: "product names"."""
        noun = {stem(word) for word in self.schema.tables[ref.table].words}
        names = [*self._item_names(), *(name for group in self.of(Group) for name in group.names)]
        told = [n for n in names if any((c.table, c.column) == (ref.table, ref.column) for c in n.candidates)]
        return any(noun & {stem(word) for word in name.text.lower().split()} for name in told) or not told

    def _named_tables(self) -> set[str]:
        """The tables that the question names, by themselves or with the name of a column."""
        parse = self.parse.fragments
        names = [*self._item_names(), *(f.name for f in parse if isinstance(f, (Mention, Absent, HowMany)) and f.name)]
        names += [name for f in parse if isinstance(f, Group) for name in f.names]
        names += [name for f in parse if isinstance(f, Where) for name in (f.name, f.owner) if name]
        names += [f.item.name for f in parse if isinstance(f, Rank) and f.item and f.item.name]
        found = {c.table for name in names for c in name.candidates if c.is_table or c.owned}
        return found | {f.name.tables[0].table for f in self.of(Everything) if f.name and f.name.tables}

    def _item_names(self) -> list[Name]:
        items = self._items()
        return [name for item in items for name in (item.name, item.owner) if name]

    def _check_relations(self) -> None:
        """ "employees who report to Payam" are not those called so; "movie ratings" are ratings."""
        fragments = self.parse.fragments
        for first, second in pairwise(fragments):
            if isinstance(first, Mention) and isinstance(second, Select):
                again = second.items[0]
                if again.fn == "" and again.name and again.name.tables and again.name.start <= first.name.end + 2:
                    raise Unbound(f"{first.name.text} and {again.name.text}")
            if isinstance(first, Verb) and isinstance(second, Where) and second.name is None and not second.label:
                same = [c.expr for c in self.query.conditions if isinstance(c, Compare) and isinstance(c.expr, Ref)]
                own = [ref for ref in same if not ref.path and self._column(ref) in self._named_by()]
                values = {r.column for v in second.operands if isinstance(v, Value) for r in v.refs}
                if first.word not in _NEUTRAL and any(ref.column in values for ref in own):
                    raise Doubtful(f"{first.word} whom")
            if isinstance(first, (Select, Mention, HowMany)) and isinstance(second, Mention):
                last = first.items[-1].owner or first.items[-1].name if isinstance(first, Select) else first.name
                if last is not None and last.end == second.name.start:
                    counted = isinstance(first, Select) and first.items[-1].fn == "count"
                    kind = Doubtful if counted else Unbound
                    raise kind(f"{last.text} of {second.name.text}")

    def _used_words(self) -> set[str]:
        query = self.query
        tables, columns = {query.base}, set()
        exprs: list[Expr] = [*query.shown, *query.groups, *(e for e, _ in query.order)]
        paths = list(query.joined)
        flat = [c for one in query.conditions for c in simple_conditions(one)]
        for condition in flat:
            if isinstance(condition, Exists):
                paths.append(condition.path)
                exprs += [c.expr for c in condition.conditions]
            else:
                exprs += [condition.expr] if isinstance(condition, Compare) else []
                exprs += [condition.ref, condition.condition.expr] if isinstance(condition, InBoth) else []
        for expr in exprs:
            for ref in refs_of(expr):
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
