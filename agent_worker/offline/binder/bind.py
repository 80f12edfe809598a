"""From what phrases say to queries: names become columns, joins are found, and what does not go together is refused."""

from dataclasses import dataclass, field, replace

from agent_worker.offline.binder.literals import Unfit, literals
from agent_worker.offline.binder.query import Agg, AnyOf, Compare, Condition, Exists, Expr, InBoth, Literal, Query, Ref
from agent_worker.offline.english.lexicon import VERBS, expand
from agent_worker.offline.english.tokens import stem
from agent_worker.offline.grammar.fragments import (
    Absent,
    Average,
    Everything,
    Group,
    Having,
    HowMany,
    Item,
    Mention,
    Or,
    Parse,
    Rank,
    Select,
    Sort,
    Verb,
    Where,
)
from agent_worker.offline.lexer.lattice import Name, Number, Value
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import Column, Schema, Table
from agent_worker.offline.schema.roles import Kind, Role
from agent_worker.offline.schema.routes import Joins, Path, is_functional, step_of

_HOP, _FAR, _CLOSE = 0.25, 0.1, 0.08
_BRIDGE, _EXISTS, _OTHERS = 0.3, 0.2, 0.7
_GENERIC = frozenset(
    """name names type types id ids date dates description descriptions code codes details detail number status title
    titles address addresses count location locations""".split()  # noqa: SIM905
)
_NEUTRAL = frozenset(
    word
    for (word,) in expand(
        """located|locate|based|situated|live|lives|lived|living|named|called|use|used|uses|using|made|belong|belongs
        |have|having|include|included|includes|given|get|got|show|showing|find|found|exist|exists|come|comes|take|takes
        |taken"""
    )
)
"""Verbs that tie nouns together whatever the schema calls itself."""
_COUNTING = frozenset(("number", "num", "count", "total", "amount", "quantity", "numbers"))
_NUMERIC = (Role.QUANTITY, Role.YEAR, Role.RATE)


class Unbound(Exception):
    """This reading makes no query over this base."""


@dataclass(slots=True)
class Bound:
    """A query, what it costs to read the question so, and the parse it came of."""

    query: Query
    cost: float
    parse: Parse


@dataclass(slots=True)
class Binder:
    """Binds one parse over one base table. Raises `Unbound` where that makes no sense."""

    schema: Schema
    base: str
    joins: Joins
    parse: Parse
    cost: float = 0.0
    query: Query = field(init=False)
    entities: list[Ref] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.query = Query(self.base)

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [fragment for fragment in self.parse.fragments if isinstance(fragment, kind)]

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

    def _check_items(self) -> None:
        for select in self.of(Select):
            texts = [(i.fn, i.name.text.lower()) for i in select.items if i.name]
            if len(set(texts)) < len(texts) and len(self.query.shown) < len(texts):
                raise Unbound("the same twice")

    def _items(self) -> list[Item]:
        """What is asked for, each with its owner: "the names and ages of students"."""
        found: list[Item] = []
        for at, fragment in enumerate(self.parse.fragments):
            if isinstance(fragment, Select):
                first = found[0].name if found and found[0].fn == "" else None
                if first is not None and first.tables and first.cost < 0.2:
                    found += [replace(i, owner=i.owner or (first if i.fn != "count" else None)) for i in fragment.items]
                    continue
                behind = self.parse.fragments[at + 1 : at + 3]
                owner = next((m.name for m in behind if isinstance(m, Mention) and m.of), None)
                last = (
                    next((i.owner for i in reversed(fragment.items) if i.owner), None)
                    if len(fragment.items) > 1
                    else None
                )
                found += [replace(i, owner=i.owner or (owner if i.fn != "count" else None)) for i in fragment.items]
                if last and all(i.owner is None for i in fragment.items[:-1]) and fragment.items[-1].owner:
                    found[-len(fragment.items) :] = [
                        replace(i, owner=last) if i.fn != "count" else i for i in fragment.items
                    ]
        return found

    # Names

    def _owners(self, items: list[Item]) -> None:
        tables = {c.table for i in items if i.owner for c in i.owner.tables}
        tables |= {c.table for m in self.of(Mention) for c in m.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.columns}
        tables |= {c.table for g in self.of(Group) for n in g.names for c in n.candidates}
        tables |= {c.table for h in (*self.of(HowMany), *self.of(Rank)) for c in _counted_tables(h)}
        if self.base not in tables:
            self.cost += _BRIDGE

    def _ref(self, c: Candidate) -> tuple[Ref, float] | None:
        """The column of a candidate along keys, the nearest way."""
        paths = self.joins.functional(c.table)
        if not paths or c.column is None:
            return None
        if len(paths) > 1:
            most = max(self._passed(path) for path in paths)
            paths = [path for path in paths if self._passed(path) == most]
        nearest = [path for path in paths if len(path) == len(paths[0])]
        path = nearest[0]
        if len(nearest) > 1:
            told = [path for path in nearest if any(self._told(step.key.column) for step in path)]
            if len(told) != 1:
                return None
            path = told[0]
        return Ref(path, c.table, c.column), len(path) * _HOP

    def _passed(self, path: Path) -> int:
        """How many of the tables that the question names a way goes through."""
        return len({step.end for step in path[:-1]} & self.mentioned)

    def _told(self, column: str) -> bool:
        """Whether a verb of the question speaks of this column."""
        return any(_kin(verb.word, part) for verb in self.of(Verb) for part in column.lower().split("_"))

    def _resolve(self, name: Name, owner: Name | None, numeric: bool = False) -> tuple[Ref, float]:
        """The one column that a name means here."""
        owners = {c.table for c in owner.tables} if owner else set()
        elsewhere = not any(c.table in owners for c in name.columns)
        found: list[tuple[float, Ref]] = []
        for c in name.columns:
            if c.column is None or (numeric and self._column(c).role not in _NUMERIC):
                continue
            reached = self._ref(c)
            if reached is None:
                continue
            ref, far = reached
            through = {self.base, *(step.end for step in ref.path[:-1])}
            if (
                owners
                and c.table not in owners
                and not (elsewhere and owners & through and self._belongs(owners, c.table))
            ):
                continue
            found.append((c.cost + far, ref))
        if not found and name.text.lower() in ("name", "names"):
            for table in owners:
                labels, path = self.schema.tables[table].labels, self._path_to(table)
                if len(labels) == 1 and path is not None:
                    found.append((0.15 + len(path) * _HOP, Ref(path, table, labels[0].name)))
        return self._one(found, name.text)

    def _belongs(self, owners: set[str], table: str) -> bool:
        """Whether the owner refers to a table, so that its columns may be said of the owner."""
        return {key.ref_table for key in self.schema.keys if key.table in owners} == {table}

    def _one(self, found: list[tuple[float, Ref]], text: str) -> tuple[Ref, float]:
        if not found:
            raise Unbound(text)
        found.sort(key=lambda pair: pair[0])
        cost, ref = found[0]
        for other, another in found[1:]:
            if other < cost + _CLOSE and not self._same(ref, another):
                raise Unbound(f"{text} may be several things")
        return ref, cost

    def _same(self, a: Ref, b: Ref) -> bool:
        """Whether two columns are the two sides of a join."""
        longer, shorter = (a, b) if len(a.path) > len(b.path) else (b, a)
        if not longer.path or longer.path[:-1] != shorter.path:
            return a == b
        step = longer.path[-1]
        return (step.start_column, step.end_column) == (shorter.column, longer.column)

    def _column(self, c: Candidate | Ref) -> Column:
        return self.schema.columns[c.table, c.column or ""]

    def _entity(self, name: Name, owner: Name | None = None) -> tuple[Path, Table, float]:
        """The table that a name means here, along keys."""
        found = []
        for c in name.tables:
            reached = self._path_to(c.table)
            if reached is not None:
                found.append((c.cost + len(reached) * _HOP, c.table, reached))
        if not found:
            raise Unbound(name.text)
        found.sort(key=lambda row: row[0])
        if len(found) > 1 and found[1][0] < found[0][0] + _CLOSE:
            raise Unbound(f"{name.text} may be several tables")
        cost, table, path = found[0]
        return path, self.schema.tables[table], cost

    def _path_to(self, table: str) -> Path | None:
        reached = self._ref(Candidate(table, "*"))
        return reached[0].path if reached else None

    # What is asked for

    def _everything(self, everything: Everything) -> None:
        if everything.name is not None and self.base not in {c.table for c in everything.name.tables}:
            raise Unbound("everything of another table")
        self.query.everything = True
        self.entities.append(Ref((), self.base, "*"))

    def _show(self, item: Item, size: int) -> None:
        if item.fn == "count":
            self._count(item)
        elif item.fn:
            assert item.name is not None
            self._aggregate(item)
        else:
            assert item.name is not None
            self._plain(item, size)

    def _plain(self, item: Item, size: int) -> None:
        assert item.name is not None
        options: list[tuple[float, str, object]] = []
        failed = ""
        try:
            ref, cost = self._resolve(item.name, item.owner)
            options.append((cost, "column", ref))
        except Unbound as problem:
            failed = str(problem)
        try:
            path, table, cost = self._entity(item.name)
            options.append((cost + 0.01, "table", (path, table)))
        except Unbound:
            pass
        if "several" in failed and not any(c.is_table and c.cost < 0.2 for c in item.name.candidates):
            raise Unbound(failed)
        if not options:
            raise Unbound(item.name.text)
        cost, kind, found = min(options, key=lambda option: option[0])
        cost, kind, found = self._named(item.name, cost, kind, found)
        self._check_item(item, kind, found)
        self.cost += cost - item.name.cost
        if kind == "column":
            assert isinstance(found, Ref)
            self._add(found)
            self.entities.append(found)
        else:
            path, table = found  # type: ignore[misc]
            self._show_entity(path, table, alone=size == 1)

    def _check_item(self, item: Item, kind: str, found: object) -> None:
        """A noun of its own behind "of A and" may be of both; "type" or "name" alone is of what came before."""
        assert item.name is not None
        owned = any(i.owner for i in self._items() if i is not item)
        if kind == "table" and owned and item.owner is None and self.entities:
            raise Unbound(f"of both, or {item.name.text}")
        alone = item.owner is None and set(item.name.text.lower().split()) <= _GENERIC
        if alone and self.entities and isinstance(found, Ref) and found.table != self.entities[0].table:
            raise Unbound(f"{item.name.text} of what")

    def _named(self, name: Name, cost: float, kind: str, found: object) -> tuple[float, str, object]:
        """A key that is called as the table it refers to stands for that table."""
        if not isinstance(found, Ref):
            return cost, kind, found
        key = self.schema.refers(found.table, found.column)
        if key is None or key.ref_table not in {c.table for c in name.candidates if c.is_table}:
            return cost, kind, found
        same = [c for c in name.columns if c.table == key.ref_table and c.column and c.cost <= 0.1]
        if same and same[0].column:
            path = (*found.path, step_of(self.schema, key, True))
            return cost, "column", Ref(path, key.ref_table, same[0].column)
        return cost, "table", ((*found.path, step_of(self.schema, key, True)), self.schema.tables[key.ref_table])

    def _show_entity(self, path: Path, table: Table, alone: bool) -> None:
        labels = table.labels or ((table.key,) if table.key else table.columns[:1])
        if alone and not path and not self._distinct():
            self.query.everything = True
            self.entities.append(Ref((), table.name, "*"))
            return
        key = (table.key,) if table.key is not None and not self._distinct() else ()
        for column in (*labels, *key):
            if Ref(path, table.name, column.name) not in self.query.shown:
                self._add(Ref(path, table.name, column.name))
        self.entities.append(Ref(path, table.name, "*"))

    def _distinct(self) -> bool:
        return any(f.distinct for f in self.parse.fragments if isinstance(f, (Select, Mention)))

    def _add(self, expr: Expr) -> None:
        if not any(expr == old or (isinstance(old, Ref) and isinstance(expr, Ref) and self._same(old, expr))
                   for old in self.query.shown):  # fmt: skip
            self.query.shown.append(expr)

    def _count(self, item: Item) -> None:
        if item.name is None:
            self._add(Agg("count"))
            return
        tables = [c for c in item.name.tables if c.table == self.base]
        best = item.name.cost
        numeric = [c for c in item.name.columns if self._role(c) in _NUMERIC and c.cost <= best + 0.05]
        if tables and tables[0].cost <= best + 0.5 and not (numeric and numeric[0].cost < tables[0].cost):
            self.cost += tables[0].cost - best
            self.counted.add(self.base)
            self._add(Agg("count"))
            return
        if numeric and not item.distinct and (item.guessed or len(self._items()) == 1 or self._fixed()):
            ref, cost = self._resolve(item.name, item.owner, numeric=True)
            self.cost += cost - best + 0.1
            self._add(Agg("sum", ref) if item.guessed else ref)
            if not item.guessed:
                self.entities.append(ref)
            return
        if item.name.tables:
            path, table, cost = self._entity(item.name)
            if table.key is None:
                raise Unbound("nothing to count by")
            self.cost += cost - best + 0.1
            self.counted.add(table.name)
            step = path[-1]
            self._add(Agg("count", Ref(path[:-1], step.start, step.start_column), distinct=True))
            return
        ref, cost = self._resolve(item.name, item.owner)
        if (self._column(ref).role is Role.QUANTITY and not item.distinct) or _COUNTING & set(self._column(ref).words):
            raise Unbound("a count of quantities")
        self.cost += cost - best + (0.05 if item.distinct else 0.2)
        self._add(Agg("count", ref, distinct=True))

    def _fixed(self) -> bool:
        """Whether the question is about rows that it names."""
        return any(w.operator == "=" for w in self.of(Where))

    def _role(self, c: Candidate) -> Role | None:
        return self._column(c).role if c.column else None

    def _aggregate(self, item: Item) -> None:
        assert item.name is not None
        ref, cost = self._resolve(item.name, item.owner)
        column = self._column(ref)
        self.cost += cost - item.name.cost
        if item.fn in ("sum", "avg", "median", "stddev") and (ref.path or column.role is Role.YEAR):
            raise Unbound(f"{item.fn} of {column.name} would count rows twice")
        if item.fn == "sum" and column.role is Role.RATE:
            raise Unbound("a rate is not added up")
        if column.role not in _NUMERIC and not (item.fn in ("min", "max") and column.kind is Kind.DATE):
            raise Unbound(f"{item.fn} of {column.name}")
        self._add(Agg(item.fn, ref))

    # Groups and mentions

    def _group(self, group: Group) -> None:
        aggregated = any(isinstance(e, Agg) for e in self.query.shown) or self.of(HowMany) or self.of(Having)
        if not group.firm and not aggregated:
            raise Unbound("by, without a figure")
        if not group.names and not any(isinstance(e, Ref) for e in self.query.shown):
            raise Unbound("each of what")
        for name in group.names:
            self._group_by(name, bool(aggregated), group.firm)

    def _group_by(self, name: Name, aggregated: bool, firm: bool) -> None:
        best = name.cost
        options: list[tuple[float, str, object]] = []
        try:
            ref, cost = self._resolve(name, None)
            options.append((cost, "column", ref))
        except Unbound as problem:
            if "several" in str(problem) and not name.tables:
                raise
        try:
            path, table, cost = self._entity(name)
            options.append((cost, "table", (path, table)))
        except Unbound:
            pass
        if not options:
            raise Unbound(f"no {name.text} to group by")
        cost, kind, found = self._named(name, *min(options, key=lambda option: option[0]))
        self.cost += max(cost - best, 0.0)
        if kind == "column":
            assert isinstance(found, Ref)
            if aggregated:
                self.query.groups.append(found)
            if found not in self.query.shown:
                self.query.shown.insert(0, found)
            return
        path, table = found  # type: ignore[misc]
        if not aggregated:
            self._join(path)
            return
        if not path:
            raise Unbound("each thing is one row")
        columns = [*((table.key,) if table.key else ()), *table.labels]
        if not columns:
            raise Unbound(f"{name.text} has no key")
        refs = [self._nearest(Ref(path, table.name, column.name)) for column in columns]
        self.query.groups += refs
        self.query.shown[:0] = [ref for ref in refs if ref not in self.query.shown]

    def _nearest(self, ref: Ref) -> Ref:
        """The column that refers to this one, where it is a key: it is there even where no row is behind it."""
        if ref.path and ref.path[-1].end_column == ref.column:
            step = ref.path[-1]
            return Ref(ref.path[:-1], step.start, step.start_column)
        return ref

    def _join(self, path: Path) -> None:
        if path and path not in self.query.joined:
            self.query.joined.append(path)

    def _mention(self, mention: Mention) -> None:
        """A table of the question is joined, or must have a row."""
        tables = mention.name.tables
        if any(c.table == self.base for c in tables):
            self.cost += min(c.cost for c in tables if c.table == self.base) - mention.name.cost
            return
        reached = self._reached(mention.name)
        if reached is not None:
            self._join(reached[0])
            self.cost += reached[1] - mention.name.cost
            return
        path, cost = self._any_path([c.table for c in tables])
        if self._covered(path):
            return
        if self.of(Absent):
            raise Unbound("some beside none")
        self.query.conditions.append(Exists(path))
        self.cost += _EXISTS + cost + (0.0 if mention.has or self._linked() else 0.3)

    def _reached(self, name: Name) -> tuple[Path, float] | None:
        try:
            path, _, cost = self._entity(name)
        except Unbound:
            return None
        return path, cost

    def _linked(self) -> bool:
        return bool(self.of(Verb))

    def _covered(self, path: Path) -> bool:
        """Whether a condition speaks of rows on this way already."""
        return any(isinstance(c, Exists) and c.path[: len(path)] == path for c in self.query.conditions)

    def _any_path(self, tables: list[str]) -> tuple[Path, float]:
        """The shortest way to one of these tables that may lead to several rows."""
        every = sorted((path for table in tables for path in self.joins.any(table)), key=len)
        found = [path for path in every if _is_plain(path)]
        if not found or not found[0]:
            raise Unbound("no way to " + ", ".join(tables))
        nearest = [path for path in found if len(path) == len(found[0])]
        if len(nearest) > 1:
            told = [path for path in nearest if any(self._told(step.key.column) for step in path)]
            if len(told) != 1:
                raise Unbound("several ways to " + ", ".join(tables))
            nearest = told
        return nearest[0], len(nearest[0]) * _FAR + (0.5 if len(nearest[0]) > 2 else 0.0)

    def _absent(self, absent: Absent) -> None:
        tables = [c.table for c in absent.name.tables]
        if not tables:
            raise Unbound(f"no {absent.name.text}")
        if self.base in tables:
            raise Unbound("absent from itself")
        path, cost = self._any_path(tables)
        if is_functional(path):
            raise Unbound("the key itself is missing")
        self.query.conditions.append(Exists(path, negated=True))
        self.cost += cost

    # Conditions

    def _where(self, where: Where) -> None:
        fragments = self.parse.fragments
        if any(isinstance(o, Average) for o in where.operands) and any(
            isinstance(f, Where) for f in fragments[fragments.index(where) + 1 :]
        ):
            raise Unbound("the average of some")
        if where.name is not None and where.name.text.lower() in ("name", "names") and not self._subjects_said():
            raise Unbound("the name of what")
        options = self._where_options(where)
        for one in where.operands:
            if isinstance(one, Average) and one.name is not None:
                same = {(c.table, c.column) for c in one.name.columns if c.cost <= one.name.cost + 0.1}
                options = [option for option in options if option[1:] in same]
        if not options:
            raise Unbound("no column for a condition")
        options.sort(key=lambda option: option[0])
        cost, table, column = options[0]
        for other, t, c in options[1:]:
            if other < cost + _CLOSE and (t, c) != (table, column) and not self._joined_sides((t, c), (table, column)):
                raise Unbound(f"several columns for a condition: {column}, {c}")
        if cost > 5:
            raise Unbound("a value that stands elsewhere")
        self.cost += max(cost, 0.0)
        self._check_nearest(where, table, column)
        for condition in self._conditions(where, self.schema.columns[table, column]):
            self._add_condition(condition)
            if condition in self.query.conditions and self._denied_before(where):
                raise Unbound("a condition behind none")

    def _noun_before(self, where: Where) -> set[str]:
        """The tables of the last noun before a condition."""
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        names = [f.name if isinstance(f, Mention) else f.names[-1] for f in before if isinstance(f, Mention) or
                 (isinstance(f, Group) and f.names)]  # fmt: skip
        return {c.table for c in names[-1].tables} if names else set()

    def _denied_before(self, where: Where) -> bool:
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        return any(isinstance(f, Absent) for f in before)

    def _check_nearest(self, where: Where, table: str, column: str) -> None:
        """A condition right behind another noun is on that one, where it has such a column too."""
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        nouns = [f for f in before[-2:] if isinstance(f, Mention)]
        if not nouns or where.label:
            return
        near = {c.table for c in nouns[-1].name.tables}
        if self.base in near or table in near:
            return
        named = {c.table for c in where.name.columns if c.cost <= where.name.cost + 0.3} if where.name else set()
        refers = {key.ref_table for key in self.schema.keys if key.table in near}
        if named & near or (where.name is None and table in refers):
            raise Unbound(f"{column} of which of two")

    def _joined_sides(self, a: tuple[str, str], b: tuple[str, str]) -> bool:
        sides = {a, b}
        return any({(k.table, k.column), (k.ref_table, k.ref_column)} == sides for k in self.schema.keys)

    def _where_options(self, where: Where) -> list[tuple[float, str, str]]:
        """The columns that a condition may be about, each with its cost."""
        named = self._named_columns(where)
        found: dict[tuple[str, str], float] = {}
        for (table, name), cost in named.items():
            column = self.schema.columns[table, name]
            if where.name is not None and where.hints and column.role not in (Role.YEAR, Role.DATE):
                continue
            try:
                literals(column, where.operator, where.operands)
            except Unfit:
                continue
            far = self._distance(table)
            if far is not None:
                near = 0.2 if where.name is not None and table in self._noun_before(where) else 0.0
                found[table, name] = cost + far + self._value_cost(where, table, name) - near
        return [(cost, table, name) for (table, name), cost in found.items()]

    def _named_columns(self, where: Where) -> dict[tuple[str, str], float]:
        values = [v for v in where.operands if isinstance(v, Value)]
        refs = {(r.table, r.column) for v in values for r in v.refs if r.whole or not v.quoted}
        found: dict[tuple[str, str], float] = {}
        if where.name is not None:
            best = where.name.cost
            for c in where.name.columns:
                if c.column:
                    found[c.table, c.column] = c.cost - best
            for c in (
                where.name.tables if where.firm and where.operator not in ("<", "<=", ">", ">=", "between") else ()
            ):
                table = self.schema.tables[c.table]
                for column in (*table.labels, *((table.key,) if table.key else ())):
                    if (c.table, column.name) not in found and (refs or column in table.labels or not values):
                        found[c.table, column.name] = c.cost - best + 0.15
                for place in refs:
                    if place[0] == c.table:
                        found.setdefault(place, c.cost - best + 0.2)
        elif where.hints:
            for place, column in self.schema.columns.items():
                at = next((i for i, hint in enumerate(where.hints) if hint in column.words), None)
                if at is not None and column.kind is not Kind.OTHER and column.role is not Role.IDENTIFIER:
                    told = 0.0 if len(column.words) == 1 or self._told(column.name) else 0.1
                    found[place] = 0.02 * at + told
        elif where.owner is not None and not where.label:
            best = where.owner.cost
            owners = {c.table: c.cost - best for c in where.owner.tables}
            columns = {(c.table, c.column): c.cost - best for c in where.owner.columns if c.column}
            for place in refs:
                if place in columns:
                    found[place] = columns[place]
                elif place[0] in owners:
                    found[place] = owners[place[0]] + 0.05
        else:
            found = dict.fromkeys(refs, 0.0)
            if where.label:
                whose = {c.table for c in where.owner.tables} if where.owner else set(self.schema.tables)
                labels = {(t.name, c.name) for t in self.schema.tables.values() for c in t.labels if t.name in whose}
                found = {place: 0.0 for place in refs if place in labels}
                if not refs:
                    found = {place: 0.1 for place in labels if place[0] in self._subjects()}
        return found

    def _subjects_said(self) -> bool:
        """Whether the question names a table that a condition on a name may be about."""
        names = [m.name for m in self.of(Mention)] + [i.owner for i in self._items() if i.owner]
        names += [i.name for i in self._items() if i.name and i.name.tables]
        return any(name.tables for name in names)

    def _subjects(self) -> set[str]:
        """The tables that the question names."""
        names = [m.name for m in self.of(Mention)] + [i.owner for s in self.of(Select) for i in s.items if i.owner]
        names += [i.name for s in self.of(Select) for i in s.items if i.name]
        return {c.table for name in names for c in name.tables} or {self.base}

    def _value_cost(self, where: Where, table: str, column: str) -> float:
        """How surely the values stand in this column."""
        cost = 0.0
        for value in where.operands:
            if not isinstance(value, Value):
                continue
            refs = [r for r in value.refs if (r.table, r.column) == (table, column)]
            if value.text.isdigit() and where.name is None and where.owner is None:
                cost += 1.0
            if not any(r.whole for r in refs):
                if not refs and value.refs and not value.quoted:
                    return 9.0
                short = value.text.islower() or value.end - value.start == 1
                if refs and not value.quoted and short and where.name is None:
                    return 9.0
                if refs and not value.quoted:
                    cost += 0.35 + 0.2 * (len(refs) > 1)
                elif where.name is None and not where.label:
                    cost += 1.0
                elif self.schema.columns[table, column].info.values and "%" not in where.operator:
                    return 9.0
                else:
                    cost += (0.15 if value.quoted else 0.3) + (0.4 if value.refs else 0.0)
            elif where.name is None and where.owner is None and not value.quoted and value.text.islower():
                cost += 9.0 if value.text in VERBS or value.text.endswith("ed") else 0.3
        return cost

    def _distance(self, table: str) -> float | None:
        if table == self.base:
            return 0.0
        path = self._path_to(table)
        if path is not None:
            return len(path) * _FAR
        try:
            path, cost = self._any_path([table])
        except Unbound:
            return None
        return cost + _EXISTS

    def _conditions(self, where: Where, column: Column) -> list[Condition]:
        """The condition in the query: on the row itself, or on some row elsewhere."""
        path = self._path_to(column.table)
        operator = {"=": "!="}.get(where.operator, where.operator) if where.negated else where.operator
        if path is not None:
            ref = Ref(path, column.table, column.name)
            if where.both and len(where.operands) > 1 and operator == "=":
                return self._both(where, column, ref)
            form, operands = literals(column, operator, where.operands)
            if where.never and not all(
                self._column(e) in self._named_by() for e in self.query.shown if isinstance(e, Ref)
            ):
                raise Unbound("never, of values that rows share")
            return [Compare(ref, operator, operands, form)]
        path, _ = self._any_path([column.table])
        ref = Ref((), column.table, column.name)
        if where.both and operator == "=":
            parts = [literals(column, "=", (one,)) for one in where.operands]
            return [Exists(path, (Compare(ref, "=", operands, form),)) for form, operands in parts]
        negated = operator == "!="
        form, operands = literals(column, "=" if negated else operator, where.operands)
        return [Exists(path, (Compare(ref, "=" if negated else operator, operands, form),), negated)]

    def _both(self, where: Where, column: Column, ref: Ref) -> list[Condition]:
        shown = [e for e in self.query.shown if isinstance(e, Ref)]
        if len(shown) != 1 or self.query.everything or any(isinstance(e, Agg) for e in self.query.shown):
            raise Unbound("both of two values")
        if self._column(shown[0]).role not in (Role.CATEGORY, Role.YEAR) or self._column(shown[0]) in self._named_by():
            raise Unbound("both of two values, of names")
        self.query.distinct = True
        parts = [literals(column, "=", (one,)) for one in where.operands]
        return [InBoth(shown[0], Compare(ref, "=", operands, form)) for form, operands in parts]

    def _add_condition(self, new: Condition) -> None:
        """Conditions on one and the same other row stand together; two on one value that exclude each other are of
        two rows."""
        if not any(isinstance(f, Or) for f in self.parse.fragments):
            self._contradicts(new)
        if isinstance(new, Exists) and not new.negated and self._denied(new):
            return
        if isinstance(new, Exists) and not new.negated and not any(isinstance(f, Or) for f in self.parse.fragments):
            for at, old in enumerate(self.query.conditions):
                if isinstance(old, Exists) and old.path == new.path and not old.negated and new.conditions:
                    if {c.expr for c in old.conditions} & {c.expr for c in new.conditions}:
                        continue
                    self.query.conditions[at] = Exists(old.path, old.conditions + new.conditions)
                    return
        self.query.conditions.append(new)

    def _alternatives(self, where: Where) -> None:
        """The last two conditions are alternatives."""
        if len(self.query.conditions) < 2 or any(isinstance(f, Absent) for f in self.parse.fragments):
            raise Unbound("or, after what")
        *before, first, second = self.query.conditions
        if (
            where.name is None
            and not where.hints
            and not (isinstance(first, Compare) and isinstance(second, Compare) and first.expr == second.expr)
        ):
            raise Unbound("or, of values of two columns")
        self.query.conditions = [*before, AnyOf((first, second))]

    def _contradicts(self, new: Condition) -> None:
        if not isinstance(new, Compare):
            return
        for old in self.query.conditions:
            if isinstance(old, Compare) and old.expr == new.expr and {old.operator, new.operator} != {"!="}:
                signs = {old.operator[0], new.operator[0]}
                ordered = sorted((old, new), key=lambda c: c.operator[0])
                low, high = (c.operands[0].sql for c in (ordered[1], ordered[0]))
                if signs != {"<", ">"} or not _less(low, high):
                    raise Unbound("two conditions on one value")

    def _denied(self, new: Exists) -> bool:
        """A condition behind "without a captain" is on those that must not exist."""
        for at, old in enumerate(self.query.conditions):
            if isinstance(old, Exists) and old.negated and new.path[: len(old.path)] == old.path:
                self.query.conditions[at] = Exists(new.path, old.conditions + new.conditions, negated=True)
                return True
        return False

    # Counts, ranks and order

    def _how_many(self, how: HowMany) -> None:
        literal = (Literal(f"{how.number.number:.15g}", how.number.text),)
        operator = how.operator
        if how.name is not None:
            try:
                ref, cost = self._resolve(how.name, None, numeric=True)
                if not any(c.cost <= cost for c in how.name.tables):
                    self.cost += cost - how.name.cost
                    self.query.conditions.append(Compare(ref, operator, literal))
                    return
            except Unbound as problem:
                if "several" in str(problem):
                    raise
        if operator in ("<", "<=") and any(
            isinstance(e, Ref) and e.path for e in (*self.query.shown, *self.query.groups)
        ):
            raise Unbound("with those that have none, or without")
        self.query.havings.append(Compare(self._counted_rows(how.name), operator, literal))

    def _having(self, having: Having) -> None:
        """A condition on a figure of each group."""
        item = having.item
        assert item.name is not None
        ref, cost = self._resolve(item.name, item.owner, numeric=True)
        self.cost += cost - item.name.cost + 0.05
        if any(isinstance(o, (Average, Value)) for o in having.operands):
            raise Unbound("a figure compared with another")
        operands = tuple(Literal(f"{o.number:.15g}", o.text) for o in having.operands if isinstance(o, Number))
        self.query.havings.append(Compare(Agg(item.fn, ref), having.operator, operands))

    def _counted_rows(self, name: Name | None) -> Agg:
        """The count of a group's rows, where these are the things named."""
        if name is None:
            return Agg("count")
        stems = {stem(word) for word in name.text.lower().split()}
        for table in {self.base, *(e.table for e in self.entities)}:
            for column in self.schema.tables[table].columns:
                if (
                    _COUNTING & set(column.all_words)
                    and stems & {stem(word) for word in column.all_words}
                    and column.role in _NUMERIC
                ):
                    raise Unbound(f"{column.name} says how many")
        if any(c.table == self.base for c in name.tables):
            self.counted.add(self.base)
            return Agg("count")
        if name.tables:
            path, counted, cost = self._entity(name)
            self.cost += cost - name.cost
            self.counted.add(counted.name)
            self._join(path)
            shown = [e for e in (*self.query.shown, *self.query.groups) if isinstance(e, Ref)]
            if len(path) != 1 or any(len(e.path) > 1 for e in shown):
                raise Unbound("counted too far away")
            if any(isinstance(e, Ref) and e.path[: len(path)] == path for e in self.query.shown):
                raise Unbound("counted by itself")
            return Agg("count")
        ref, cost = self._resolve(name, None)
        self.cost += cost - name.cost + 0.1
        return Agg("count", ref, distinct=True)

    def _rank(self) -> None:
        ranks = self.of(Rank)
        if not ranks:
            return
        if len(ranks) > 1:
            raise Unbound("several ranks")
        rank = ranks[0]
        if self.of(Sort) and (rank.hints or rank.common):
            raise Unbound("a rank beside an order")
        expr = self._ranked_by(rank)
        plain = self.query.groups or self.query.everything or any(isinstance(e, Ref) for e in self.query.shown)
        if isinstance(expr, Agg) and not plain:
            raise Unbound("a rank of nothing")
        if self.query.shown and all(isinstance(e, Agg) for e in self.query.shown) and not self.query.groups:
            raise Unbound("a figure of the first only")
        self.query.order.append((expr, rank.descending))
        self.query.limit = rank.limit

    def _ranked_by(self, rank: Rank) -> Expr:
        if rank.common:
            return Agg("count")
        if rank.hints:
            return self._hinted(rank.hints)
        assert rank.item is not None
        item = rank.item
        if item.fn == "count":
            if item.name is None:
                raise Unbound("most of what")
            best = item.name.cost
            if item.name.tables:
                return self._counted_rows(item.name)
            ref, cost = self._resolve(item.name, item.owner)
            if self._column(ref).role in _NUMERIC and not any(e.path for e in self.entities):
                self.cost += cost - best
                return ref
            raise Unbound("most of a column")
        assert item.name is not None
        ref, cost = self._resolve(item.name, item.owner)
        self.cost += cost - item.name.cost
        column = self._column(ref)
        most = rank.most and not item.fn
        if item.fn:
            if column.role not in _NUMERIC:
                raise Unbound(f"{item.fn} of {column.name}")
            return Agg(item.fn, ref)
        if column.role not in (*_NUMERIC, Role.DATE) or (most and any(e.path for e in self.entities)):
            raise Unbound(f"rank by {column.name}")
        return ref

    def _hinted(self, hints: tuple[str, ...]) -> Ref:
        tables = {e.table for e in self.entities} or {self.base}
        found: list[tuple[float, Ref]] = []
        for place, column in self.schema.columns.items():
            at = next((i for i, hint in enumerate(hints) if hint in column.words), None)
            if at is None or column.role not in (*_NUMERIC, Role.DATE):
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
                self.query.order.append((self._sorted_by(item), descending))

    def _sorted_by(self, item: Item | None) -> Expr:
        if item is None:
            first = next((e for e in self.query.shown if isinstance(e, Ref)), None)
            labels = self.schema.tables[self.base].labels
            if first is None and self.query.everything and labels:
                return Ref((), self.base, labels[0].name)
            if first is None or len([e for e in self.query.shown if isinstance(e, Ref)]) > 1:
                if first is None:
                    raise Unbound("in which order")
                self.cost += 0.05
            return first
        if item.fn == "count":
            return self._counted_rows(item.name)
        assert item.name is not None
        if item.fn:
            ref, cost = self._resolve(item.name, item.owner)
            self.cost += cost - item.name.cost
            return Agg(item.fn, ref)
        aggs = [e for e in self.query.shown if isinstance(e, Agg)]
        ref, cost = self._resolve(item.name, item.owner)
        self.cost += cost - item.name.cost
        same = [e for e in aggs if e.ref == ref]
        return same[0] if same else ref

    # The whole

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

    def _named_by(self) -> tuple[Column | None, ...]:
        """The columns that tell the rows of the base apart for people."""
        table = self.schema.tables[self.base]
        return (*table.labels, table.key)

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
            parts = {p for p in self.schema.parts if _kin(verb.word, p)} if verb.word not in _NEUTRAL else set()
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


def _counted_tables(fragment: HowMany | Rank) -> tuple[Candidate, ...]:
    if isinstance(fragment, HowMany):
        return fragment.name.tables if fragment.name else ()
    item = fragment.item
    return item.name.tables if item and item.name and item.fn else ()


def _some(condition: Condition) -> bool:
    return isinstance(condition, Exists) and not condition.negated


def _is_plain(path: Path) -> bool:
    """Whether a way goes against keys first and along them afterwards, as over a table that only joins two."""
    turns = [step.along for step in path]
    return turns == sorted(turns)


def _less(low: str, high: str) -> bool:
    try:
        return float(low) < float(high)
    except ValueError:
        return low < high


def _kin(verb: str, part: str) -> bool:
    """Whether a verb and a part of a name have one root: "enrolled", "enrollment"; "written", "writer"."""
    root = verb
    for ending in ("ing", "ed", "es", "s", "en", "e"):
        if root.endswith(ending) and len(root) - len(ending) >= 4:
            root = root.removesuffix(ending)
            break
    root = root[:-1] if len(root) > 4 and root[-1] == root[-2] else root
    return len(root) >= 4 and (part.startswith(root) or (len(part) >= 4 and stem(root) == stem(part)))


__all__ = ["Average", "Binder", "Bound", "Unbound"]
