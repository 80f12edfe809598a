"""What is shown: columns, whole rows, counts and other figures."""

from dataclasses import replace

from agent_worker.offline.binder.places import HOP, OWN_WORDS, RANKS, Doubtful, Places, Unbound
from agent_worker.offline.binder.query import Agg, Compare, Expr, Ref
from agent_worker.offline.binder.terms.measures import declared
from agent_worker.offline.english.senses import MONEY_COLUMNS
from agent_worker.offline.english.tokens import stem, stems
from agent_worker.offline.english.vocabulary import AMOUNTS, ID_WORDS, SPENT
from agent_worker.offline.grammar.fragments import Everything, Group, Item, Mention, Select, Verb, Where, names_in
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path, step_of
from agent_worker.offline.schema.lookup import PART, Candidate
from agent_worker.offline.schema.matching import parts_of
from agent_worker.offline.schema.model import Column, Table, own_key
from agent_worker.offline.schema.ranges import edges_of
from agent_worker.offline.schema.roles import COUNTING, NUMERIC, Kind, Role

_GENERIC = frozenset(
    """name names type types id ids date dates description descriptions code codes details detail number status title
    titles address addresses count location locations""".split()  # noqa: SIM905
)
_MONEY = frozenset(MONEY_COLUMNS)


def holds_numbers(column: Column) -> bool:
    """Whether a column of text holds some numbers."""
    return any(one.replace(".", "", 1).isdigit() for one in (*edges_of(column.info), *column.info.values))


Thing = tuple[Path, Table]
"""A row of a table, and the way to it."""


class Shown(Places):
    """Binds what is asked for."""

    def _everything(self, everything: Everything) -> None:
        if everything.name is not None and self.base not in {c.table for c in everything.name.tables}:
            raise Unbound("everything of another table")
        self.query.everything = True
        self.entities.append(Ref((), self.base, "*"))

    def _in_total(self, item: Item) -> Item:
        """The "total deliveries" are their number, where no figure is called so and they are no money."""
        name = item.name if item.rows else None
        table = next((c.table for c in name.tables if c.cost <= 0.1), "") if name else ""
        called = [c for c in name.columns if c.cost < PART] if name else []
        named = [self._column(c) for c in called if self._role(c) in NUMERIC]
        columns = self.schema.tables[table].columns if table else ()
        named += [c for c in columns if {"total", "tot"} & set(c.all_words)]
        plain = table and not named and stem(self.schema.tables[table].words[-1]) not in AMOUNTS
        return replace(item, fn="count", guessed=False) if plain else item

    def _show(self, item: Item, size: int) -> None:
        item = self._in_total(item) if size == 1 else item
        if item.since is not None:
            self._span(item, item.since)
        elif item.name and (figure := declared(self.schema.catalog, self.base, item.name, item.fn)):
            self._add(figure)
        elif item.fn == "per" and item.other:
            self._add(self._ratio(item, item.other))
        elif item.fn == "count":
            self._count(item)
            self.query.outer = item.over
        elif item.fn:
            assert item.name is not None
            self._aggregate(item)
        else:
            assert item.name is not None
            self._plain(item, size)

    def _span(self, item: Item, since: Name) -> None:
        if item.fn not in ("", "avg", "min", "max", "median"):
            raise Unbound(f"{item.fn} of a time")
        ref = self._between(item, since)
        self._add(Agg(item.fn, ref) if item.fn else ref)

    def _course(self) -> Ref | None:
        """The time that what a row of the base tells of lasts."""
        span = self.schema.tables[self.base].span
        if span is None:
            return None
        timed = all(c.info.type.upper().startswith("TIMESTAMP") for c in span)
        return Ref((), self.base, span[1].name, since=span[0].name, unit="hour" if timed else "day")

    def _between(self, item: Item, since: Name) -> Ref:
        """The time between two dates of one row: days, or hours where both tell the time of day."""
        assert item.name is not None
        (first, near), (last, far) = (self._resolve(name, item.owner) for name in (since, item.name))
        dates = [self._column(ref) for ref in (first, last)]
        if first.path or last.path or first == last or any(c.role is not Role.DATE for c in dates):
            raise Unbound("no time between two dates of a row")
        timed = all(c.info.type.upper().startswith("TIMESTAMP") for c in dates)
        if item.unit in ("hour", "minute") and not timed:
            raise Doubtful(f"{item.unit}s of days")
        self.cost += near + far - item.name.cost - since.cost
        return replace(last, since=first.column, unit=item.unit or ("hour" if timed else "day"))

    def _check_items(self) -> None:
        """Things are counted over their own rows: two kinds of them, over two."""
        counts = [e for e in self.query.figures if e.fn == "count"]
        things = [i for i in self._items() if i.fn == "count" and i.name and i.name.tables and not i.distinct]
        if len(things) > 1 and len(counts) > 1 and Agg("count") in counts:
            raise Doubtful("counts of two things")
        if len(things) > 1 and self.base not in self.mentioned | {
            c.table for i in things if i.name for c in i.name.tables
        }:
            raise Doubtful("all of two things, or those that something else tells of")
        own = [i for i in self._items() if i.name and i.name.text.lower() in OWN_WORDS]
        for items in (own, *(select.items for select in self.of(Select))):
            texts = [(i.fn, i.name.text.lower()) for i in items if i.name]
            if len(set(texts)) < len(texts) and len(self.query.shown) < len(self._items()):
                raise Unbound("the same twice")

    def _plain(self, item: Item, size: int) -> None:
        assert item.name is not None
        cost, found = self._one_of(item.name, item.owner)
        self._check_item(item, found)
        self.cost += cost - item.name.cost
        if isinstance(found, Ref):
            self._add(found)
            self.entities.append(found)
        else:
            self._show_entity(*found, alone=size == 1)

    def _one_of(self, name: Name, owner: Name | None = None) -> tuple[float, Ref | Thing]:
        """What there is one of in each row of the base, by that name: a column, or a thing, whichever is nearer."""
        options: list[tuple[float, Ref | Thing]] = []
        try:
            ref, cost = self._resolve(name, owner)
            options.append((cost, ref))
        except Unbound as problem:
            if "several" in str(problem) and not any(c.is_table and c.cost < 0.2 for c in name.candidates):
                raise
        try:
            path, table, cost = self._entity(name)
            options.append((cost + 0.01, (path, table)))
        except Unbound:
            pass
        if not options:
            raise Unbound(name.text)
        cost, found = min(options, key=lambda option: option[0])
        return cost, self._named(name, found)

    def _check_item(self, item: Item, found: Ref | Thing) -> None:
        """A noun of its own behind "of A and" may be of both; "type" or "name" alone is of what came before."""
        assert item.name is not None
        owned = any(i.owner for i in self._items() if i is not item)
        beside = [i.name for i in self._items() if i.fn == "count" and i.name and i.name.end + 1 == item.name.start]
        if item.name.tables and any(name.tables for name in beside):
            raise Doubtful(f"how many {item.name.text}, or which")
        if not isinstance(found, Ref) and owned and item.owner is None and self.entities:
            raise Unbound(f"of both, or {item.name.text}")
        if not isinstance(found, Ref) and not self.of(Group) and self.query.figures:
            raise Unbound(f"counts of one and of {item.name.text}")
        if self.query.everything:
            raise Unbound(f"all columns, and {item.name.text}")
        keyed = isinstance(found, Ref) and self._column(found).all_words[-1] in ID_WORDS and item.name.tables
        if keyed and not ID_WORDS & stems(item.name.text.lower().split()):
            raise Unbound(f"{item.name.text} by their keys")
        if isinstance(found, Ref) and len(item.name.text.split()) == 1:
            self._check_shared(found)
        alone = item.owner is None and set(item.name.text.lower().split()) <= _GENERIC
        if alone and self.entities and isinstance(found, Ref) and found.table != self.entities[0].table:
            raise Unbound(f"{item.name.text} of what")

    def _check_shared(self, ref: Ref) -> None:
        """ "The color code and description" may be the color's description, where there is one."""
        before = next((e for e in reversed(self.query.shown) if isinstance(e, Ref)), None)
        head = parts_of(before.column)[:-1] if before else ()
        both = (*head, parts_of(ref.column)[-1])
        if head and any(parts_of(c.name) == both and c.name != ref.column for c in self.schema.columns.values()):
            raise Doubtful(f"{both[-1]}, or that of {' '.join(head)}")

    def _named(self, name: Name, found: Ref | Thing) -> Ref | Thing:
        """A key that is called as the table it refers to, or as the part that plays in its row, stands for that
        table."""
        key = self.schema.refers(found.table, found.column) if isinstance(found, Ref) else None
        words = stems(name.text.lower().split())
        if isinstance(found, Ref) and found.path and not ID_WORDS & words:
            table = self.schema.tables[found.table]
            if table.labels and table.key == self._column(found) and table.key.all_words[-1] in ID_WORDS:
                return (found.path, table)
        if key is None or not isinstance(found, Ref):
            return found
        part = self._column(found).all_words[-1] in ID_WORDS and not ID_WORDS & words
        part = part and bool(self.schema.tables[key.ref_table].labels)
        if not part and key.ref_table not in {c.table for c in name.candidates if c.is_table}:
            return found
        same = [c for c in name.columns if c.table == key.ref_table and c.column and c.cost <= 0.1]
        if same and same[0].column:
            path = (*found.path, step_of(self.schema, key, True))
            return Ref(path, key.ref_table, same[0].column)
        path = (*found.path, step_of(self.schema, key, True))
        self.parts |= {path} if part else set()
        return (path, self.schema.tables[key.ref_table])

    def _show_entity(self, path: Path, table: Table, alone: bool) -> None:
        labels = table.labels or ((table.key,) if table.key else table.columns[:1])
        if alone and not path:
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
        self._check_known(item.name, item.distinct)
        numeric = [c for c in item.name.columns if self._role(c) in NUMERIC and c.cost <= best + 0.05]
        same = [self._column(c) for c in item.name.columns if c.table == self.base and c.cost <= best + 0.05]
        if tables and any(c.kind is Kind.NUMBER and c is not self.table.key for c in same):
            raise Unbound(f"{item.name.text} are counted, or added up")
        values = (
            item.distinct and bool(tables) and any(c.table == self.base and c.cost <= best for c in item.name.columns)
        )
        if (
            tables
            and not values
            and tables[0].cost <= best + 0.5
            and not (numeric and numeric[0].cost < tables[0].cost)
        ):
            self._check_spent(item.name)
            linked = len(self.parse.fragments) == 1 and self._only_joins()
            if (item.distinct or linked) and self._is_said_of_another():
                raise Doubtful(f"{item.name.text}, or what is said of them")
            self._check_told(item.name, self._spoken_of() - {self.base})
            self.cost += tables[0].cost - best
            self.counted.add(self.base)
            self._add(Agg("count"))
            return
        alone = len(self._items()) == 1 and (item.owner is not None or self.of(Mention))
        if numeric and not item.distinct and (item.guessed or alone or self._fixed()):
            ref, cost = self._resolve(item.name, item.owner, numeric=True)
            self.cost += cost - best + 0.1
            self._add(Agg("sum", ref) if item.guessed else ref)
            if not item.guessed:
                self.entities.append(ref)
                self.told_by.append(ref)
            return
        if item.name.tables and not values:
            path, table, cost = self._entity(item.name)
            if table.key is None or not path:
                raise Unbound("nothing to count by")
            self._check_told(item.name, set())
            self.cost += cost - best + (0.0 if self._told_of_base(path) else HOP + 0.1) - HOP
            self.counted.add(table.name)
            step = path[-1]
            own = own_key(table.columns)
            if own is not None and own.name != step.end_column:
                raise Doubtful(f"{item.name.text} by {step.end_column}")
            apart = len(self._items()) > 1 or self.of(Group)
            if len(path) == 1 and not item.distinct and apart and self._only_joins():
                self._add(Agg("count"))
                return
            self._add(Agg("count", Ref(path[:-1], step.start, step.start_column), distinct=True))
            return
        ref, cost = self._resolve(item.name, item.owner)
        if not ref.path and any(where.name == item.name for where in self.of(Where)):
            self._add(Agg("count"))  # "number of ratings below 3"
            return
        if (self._column(ref).role is Role.QUANTITY and not item.distinct) or COUNTING & set(self._column(ref).words):
            raise Unbound("a count of quantities")
        self.cost += cost - best + (0.05 if item.distinct else 0.2)
        self._add(Agg("count", ref, distinct=True))

    def _spoken_of(self) -> set[str]:
        """The tables that are named beside what is asked for."""
        names = [name for group in self.of(Group) for name in group.names]
        return self.mentioned | {c.table for name in names for c in name.tables if c.cost <= name.cost + 0.1}

    def _check_told(self, name: Name, tables: set[str]) -> None:
        """A column that says how many there are, of these tables or of any that all the question may be about:
        `no_of_customers` of banks."""
        said = stems(name.text.lower().split())
        for column, words in self.schema.counting.items():
            if not said & words:
                continue
            whole = column.table != self.base and words <= said and column.all_words[0] in (*COUNTING, "no")
            every = (any(c.table == column.table for c in n.candidates) for n in names_in(self.parse.fragments))
            if column.table in tables or (whole and not self.of(Where) and all(every)):
                raise Unbound(f"{column.name} says how many")

    def _is_said_of_another(self) -> bool:
        """Whether the rows of the base are what is said of other things of that noun: `affected_region` of regions."""
        noun = stem(self.table.words[-1])
        things = [self.schema.tables[key.ref_table] for key in self.schema.keys_of(self.base)]
        return any(stem(table.words[-1]) == noun for table in things)

    def _only_joins(self) -> bool:
        """Whether a row of the base says only what belongs together, so that it is there once."""
        columns = self.table.columns
        return all((self.base, c.name) in self.schema.own_keys for c in columns)

    def _told_of_base(self, path: Path) -> bool:
        """Whether a verb ties what is counted to the rows of the base, which the question speaks of."""
        spoken = self.base in self.mentioned or self._is_done()
        return bool(self.of(Verb)) and len(path) == 1 and spoken

    def _check_known(self, name: Name, distinct: bool = False) -> None:
        """What is counted is known as a whole: "allergies" are hardly the rows of `has_allergy` where another table has
        them for its key; nor are all of them among those that something refers to."""
        own = [c for c in name.columns if c.column and self.schema.tables[c.table].key == self._column(c)]
        if (
            name.tables
            and name.cost < name.tables[0].cost >= 0.5
            and any(c.cost < 0.5 and c.table != self.base for c in own)
        ):
            raise Doubtful(f"{name.text}, or what is said of them")
        keys = [self.schema.refers(c.table, c.column) for c in name.columns if c.column and c.table == self.base]
        said = stems(name.text.lower().split())
        refers = any(key and said & stems(self.schema.tables[key.ref_table].words) for key in keys)
        if distinct and refers and len(self.parse.fragments) == 1:
            raise Unbound(f"{name.text} that something refers to")

    def _has_parts(self, ref: Ref, noun: str) -> bool:
        """Whether what refers to the rows of a column has figures of the same noun: prices of an order's lines."""
        parts = [c for key in self.schema.keys_to(ref.table) for c in self.schema.tables[key.table].columns]
        return any(c.role in NUMERIC and c.all_words[-1].endswith(noun) for c in parts)

    def _fixed(self) -> bool:
        """Whether the question is about rows that it names."""
        return any(w.operator == "=" for w in self.of(Where))

    def _role(self, c: Candidate) -> Role | None:
        return self._column(c).role if c.column else None

    def _is_kept_as_text(self, name: Name, ref: Ref) -> bool:
        """Whether another table has a column of the same name with texts of numbers: neither is surely meant."""
        called = [self._column(c) for c in name.columns if c.column and c.table != ref.table]
        same = [column for column in called if column.name.lower() == ref.column.lower()]
        return any(column.kind is Kind.TEXT and holds_numbers(column) for column in same)

    def _ratio(self, item: Item, other: Name) -> Agg:
        """A figure by another of the same rows, or by how many things they are of."""
        assert item.name is not None
        counted = [c for c in item.name.tables if c.table == self.base]
        ref, cost = (None, counted[0].cost) if counted else self._resolve(item.name, item.owner, numeric=True)
        self.cost += cost - item.name.cost
        summed = ref is None or (not ref.path and self._column(ref).role is Role.QUANTITY)
        if other.tables:
            path, table, more = self._entity(other)
            if not path or table.key is None or not self.of(Group):
                raise Unbound("a figure of each row")
            by = Agg("count", Ref(path, table.name, table.key.name), distinct=True)
        else:
            of, more = self._resolve(other, item.owner, numeric=True)
            summed = ref is not None and summed and not of.path and of != ref and self._column(of).role is Role.QUANTITY
            by = Agg("sum", of)
        if not summed:
            raise Unbound("no figure by another of the same rows")
        self.cost += more - other.cost
        known = [one for one in (ref, by.ref) if one and self._column(one).info.nulls]
        self.query.conditions += [
            Compare(one, "known", ()) for one in known
        ]  # a figure without the other tells nothing
        return Agg("sum" if ref else "count", ref, per=by)

    def _check_spent(self, name: Name) -> None:
        """ "Fees by month" are a number of rows to one person and a sum of money to another."""
        spent = stem(self.schema.tables[self.base].words[-1]) in SPENT
        if spent and self._money_of(name) and any(select.terse for select in self.of(Select)):
            raise Doubtful(f"how many {name.text}, or their sum")

    def _money_of(self, name: Name) -> Ref | None:
        """The money of the rows of the base, where they are called so: "total fees" are no numbers of them."""
        table = self.schema.tables[self.base]
        called = stem(table.words[-1]) in AMOUNTS and any(c.table == self.base and c.cost <= 0.1 for c in name.tables)
        money = [c for c in table.columns if c.role is Role.QUANTITY and not _MONEY.isdisjoint(c.all_words)]
        return Ref((), self.base, money[0].name) if called and len(money) == 1 else None

    def _aggregate(self, item: Item) -> None:
        assert item.name is not None
        ref = self._money_of(item.name) or self._take(item.name, item.owner)
        column = self._column(ref)
        if item.owner and item.name.text.lower() in ("number", "numbers"):
            raise Doubtful(f"{item.name.text} of {item.owner.text}, or how many")
        if item.fn in ("sum", "avg", "median", "stddev") and (ref.path or column.role is Role.YEAR):
            raise Unbound(f"{item.fn} of {column.name} would count rows twice")
        if item.fn in ("min", "max") and column.words[-1] in RANKS:
            raise Doubtful(f"the best {column.name}, or the last")
        if ref.table not in self.mentioned and self._is_kept_as_text(item.name, ref):
            raise Doubtful(f"{column.name} of {ref.table}, or of another")
        if item.fn == "sum" and column.role is Role.RATE:
            raise Unbound("a rate is not added up")
        if column.role not in NUMERIC and not (item.fn in ("min", "max") and column.kind is Kind.DATE):
            raise Unbound(f"{item.fn} of {column.name}")
        if item.fn == "sum" and item.guessed and self._has_parts(ref, item.name.text.split()[-1]):
            raise Doubtful(f"the {column.name} of all, or of their parts")
        other = None
        if item.other is not None:
            other = self._take(item.other, item.owner, numeric=True)
            if other == ref or column.role not in NUMERIC:
                raise Unbound("a correlation with itself")
        self._add(Agg(item.fn, ref, other=other))
