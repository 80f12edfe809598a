"""From the names of a question to columns and tables over one base table, with the joins that lead to them."""

from dataclasses import dataclass, field, replace

from agent_worker.offline.binder.query import Compare, Literal, Query, Ref
from agent_worker.offline.english.tokens import kin, stem
from agent_worker.offline.english.vocabulary import DERIVED, ROLE_WORDS
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Group,
    HowMany,
    Item,
    Mention,
    Parse,
    Rank,
    Select,
    Verb,
    Where,
)
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Joins, JoinStep, Path
from agent_worker.offline.schema.lookup import PART, Candidate
from agent_worker.offline.schema.model import Column, Schema, Table
from agent_worker.offline.schema.roles import NUMERIC, Kind, Role, is_scale, yes_and_no

HOP, FAR, CLOSE, BRIDGE, EXISTS, FAR_AWAY = 0.25, 0.1, 0.08, 0.5, 0.2, 0.5
"""Costs: of each join of what is shown, and of a condition; what is as good as equal; a base not named; a row that
must exist elsewhere; a condition that lies further than over one table between."""
_NEARLY = 0.9
"""How many of its values a column has once that tells its rows apart, though for chance."""
GUESS_CLOSE = 0.2
"""What is as good as equal to a part of a name."""
OWN_WORDS = frozenset(("name", "names", "id", "ids", "title", "titles"))
"""What each thing has of its own, if at all."""
RANKS = frozenset(("rank", "ranking", "position"))
"""Numbers of which the first is the highest."""


class Unbound(Exception):
    """This reading makes no query over this base."""


class Doubtful(Unbound):
    """The question says two things at once, or another than it seems: no reader may answer it."""


@dataclass
class Places:
    """Names over one base table, and the query that is made of them. Raises `Unbound` where a name has no one place."""

    schema: Schema
    base: str
    joins: Joins
    parse: Parse
    cost: float = 0.0
    query: Query = field(init=False)
    entities: list[Ref] = field(default_factory=list)
    counted: set[str] = field(default_factory=set)
    told_by: list[Ref] = field(default_factory=list)
    """Columns that say how many there are."""
    parts: set[Path] = field(default_factory=set)
    """The ways to what plays a part in the rows of the base: their manager, their origin."""
    of_each: bool = False
    """Something is asked of each row, so that none is left out for being like another."""
    mentioned: set[str] = field(default_factory=set)
    each: list[Path] = field(default_factory=list)
    """The ways to the things for each of which a figure is asked."""
    role: str = ""
    """ "from" or "to", while names behind that word are looked for."""
    since: int = 0
    """The conditions from here on are of other rows than those before."""

    def __post_init__(self) -> None:
        self.query = Query(self.base, written_dates=self.schema.written_dates)

    @property
    def table(self) -> Table:
        """The base table."""
        return self.schema.tables[self.base]

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [fragment for fragment in self.parse.fragments if isinstance(fragment, kind)]

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
                said = behind[0].owner if behind and isinstance(behind[0], Where) and not behind[0].name else None
                if said and said.tables and len(fragment.items) == 1 and is_own(fragment.items[0]):
                    owner = owner or said  # "the names of all English songs"
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
        groups = [group.names[0] for group in self.of(Group) if group.firm and len(group.names) == 1]
        whole = groups[0] if len(groups) == 1 and groups[0].cost < 0.2 and groups[0].tables else None
        return [replace(i, owner=whole) if whole and is_own(i) else i for i in found]

    def _owners(self, items: list[Item]) -> None:
        tables = {c.table for i in items if i.owner for c in i.owner.tables}
        tables |= {c.table for m in self.of(Mention) for c in m.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.columns}
        tables |= {c.table for g in self.of(Group) for n in g.names for c in n.candidates}
        tables |= {c.table for h in (*self.of(HowMany), *self.of(Rank)) for c in counted_tables(h)}
        if self.base not in tables and not self._is_done():
            self.cost += BRIDGE

    def _is_done(self) -> bool:
        """Whether a verb tells of the rows of the base: "flew" of flights."""
        noun = stem(self.table.words[-1])
        return any(stem(DERIVED.get(verb.word, "")) == noun for verb in self.of(Verb))

    def _ref(self, c: Candidate) -> tuple[Ref, float] | None:
        """The column of a candidate along keys, the nearest way."""
        paths = self.joins.functional(c.table)
        if not paths or c.column is None:
            return None
        if c.via[0]:
            paths = [path for path in paths if any(_goes_over(step, c.via) for step in path)]
            paths = [path for path in paths if len(path) == len(paths[0])]
            return (Ref(paths[0], c.table, c.column), len(paths[0]) * FAR) if len(paths) == 1 else None
        if len(paths) > 1 and self.role:
            said = [path for path in paths if self._plays(path[0], self.role)]
            if not said and (self.role == "to" or any(self._plays(path[0], "to") for path in paths)):
                return None
            paths = said or paths
        if len(paths) > 1:
            most = max(self._passed(path) for path in paths)
            paths = [path for path in paths if self._passed(path) == most]
        nearest = [path for path in paths if len(path) == len(paths[0])]
        path = nearest[0]
        if len(nearest) > 1:
            told = [path for path in nearest if any(self._told(step.key.column) for step in path)]
            told = told or [path for path in nearest if self._is_plain_way(path)]
            if len(told) != 1:
                return None
            path = told[0]
        return Ref(path, c.table, c.column), len(path) * HOP

    def _is_plain_way(self, path: Path) -> bool:
        """Whether no key on a way says a part that the question does not."""
        return not any(self.schema.plays_part(step.key) for step in path)

    def _plays(self, step: JoinStep, role: str) -> bool:
        """Whether a key's name says the part of "from" or "to"."""
        return bool(ROLE_WORDS[role] & set(self._column_of(step).words))

    def _column_of(self, step: JoinStep) -> Column:
        return self.schema.columns[step.key.table, step.key.column]

    def _passed(self, path: Path) -> int:
        """How many of the tables that the question names a way goes through."""
        return len({step.end for step in path[:-1]} & self.mentioned)

    def _told(self, column: str) -> bool:
        """Whether a verb of the question speaks of this column."""
        return any(kin(verb.word, part) for verb in self.of(Verb) for part in column.lower().split("_"))

    def _resolve(self, name: Name, owner: Name | None, numeric: bool = False) -> tuple[Ref, float]:
        """The one column that a name means here."""
        owners = {c.table for c in owner.tables} if owner else set()
        elsewhere = not any(c.table in owners for c in name.columns)
        found: list[tuple[float, Ref]] = []
        for c in self.joins.reached(name.columns):
            if c.column is None or (numeric and self._column(c).role not in NUMERIC):
                continue
            reached = self._ref(c)
            if reached is None:
                continue
            ref, far = reached
            through = {self.base, *(step.end for step in ref.path[:-1])}
            if (
                owners
                and c.table not in owners
                and not (
                    elsewhere
                    and (name.text.lower() not in OWN_WORDS or any(self._are(one, c.table) for one in owners))
                    and owners & through
                    and self._belongs(owners, c.table)
                )
            ):
                continue
            found.append((c.cost + far, ref))
        if not found and name.text.lower() in ("name", "names"):
            for table in owners:
                labels, path = self.schema.tables[table].labels, self._path_to(table)
                if len(labels) == 1 and path is not None:
                    found.append((0.15 + len(path) * HOP, Ref(path, table, labels[0].name)))
        if name.text.lower() in ("name", "names"):  # not the name of another thing that stands in its rows
            named = {ref.table for _, ref in found if self._is_label(ref)}
            found = [(cost, ref) for cost, ref in found if ref.table not in named or self._is_label(ref)]
        ref, cost = self._one(found, name.text)
        self._check_key(name, ref)
        return ref, cost

    def _take(self, name: Name, owner: Name | None = None, numeric: bool = False) -> Ref:
        """The one column that a name means here, which costs what it is further than the name."""
        ref, cost = self._resolve(name, owner, numeric)
        self.cost += cost - name.cost
        return ref

    def _check_key(self, name: Name, ref: Ref) -> None:
        """A key does not stand for what the table behind it calls so: `room_id` is no "room number" where rooms have
        one."""
        key = self.schema.refers(ref.table, ref.column)
        own = {(c.table, c.column): c.cost for c in name.columns}
        if key and any(t == key.ref_table and cost < own[ref.table, ref.column] - 0.1 for (t, _), cost in own.items()):
            raise Unbound(f"{name.text} may be several things")

    def _is_label(self, ref: Ref) -> bool:
        return self._column(ref) in self.schema.tables[ref.table].labels

    def _are(self, table: str, other: str) -> bool:
        """Whether rows without a name of their own are each one of another table's: drivers, who are people."""
        keys = [key for key in self.schema.keys_of(table) if key.ref_table == other]
        unique = len(keys) == 1 and self.schema.columns[table, keys[0].column].info.unique
        return unique and not self.schema.tables[table].labels and not self.schema.plays_part(keys[0])

    def _belongs(self, owners: set[str], table: str) -> bool:
        """Whether the owner refers to a table, so that its columns may be said of the owner."""
        return {key.ref_table for key in self.schema.keys if key.table in owners} == {table}

    def _one(self, found: list[tuple[float, Ref]], text: str) -> tuple[Ref, float]:
        if not found:
            raise Unbound(text)
        found.sort(key=lambda pair: pair[0])
        cost, ref = found[0]
        for other, another in found[1:]:
            guessed = cost >= PART and self._column(another).role is not Role.IDENTIFIER
            if other < cost + (GUESS_CLOSE if guessed else CLOSE) and not self._same(ref, another):
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

    def _base_is_said(self) -> bool:
        """Whether the question names the rows that what it asks for is of."""
        items = [item.owner for item in self._items() if item.owner]
        return self.base in self.mentioned | {c.table for name in items for c in name.tables}

    def _is_amount(self, ref: Ref) -> bool:
        """Whether a column holds quantities, rather than a few whole numbers that rows may share."""
        column = self._column(ref)
        return column.role is Role.QUANTITY and not is_scale(column.info)

    def _entity(self, name: Name, owner: Name | None = None) -> tuple[Path, Table, float]:
        """The table that a name means here, along keys."""
        found = []
        for c in self.joins.reached(name.tables):
            reached = self._ref(Candidate(c.table, "*", via=c.via))
            if reached is not None:
                found.append((c.cost + len(reached[0].path) * (FAR if c.via[0] else HOP), c.table, reached[0].path))
        if not found:
            raise Unbound(name.text)
        found.sort(key=lambda row: row[0])
        if len(found) > 1 and found[1][0] < found[0][0] + CLOSE:
            raise Unbound(f"{name.text} may be several tables")
        cost, table, path = found[0]
        return path, self.schema.tables[table], cost

    def _yes(self, ref: Ref, negated: bool) -> Compare | None:
        """That a column says yes, or no, where it says either."""
        column, said = self._column(ref), "no" if negated else "yes"
        if codes := yes_and_no(column.info):
            return Compare(ref, "=", (Literal(codes[negated], said),))
        return Compare(ref, said, ()) if column.kind is Kind.FLAG else None

    def _tells_apart(self, column: Column) -> bool:
        """Whether hardly two rows of the base have the same."""
        table = self.table
        return column == table.key or (column.info.distinct or 0) > _NEARLY * table.info.row_count

    def _path_to(self, table: str) -> Path | None:
        reached = self._ref(Candidate(table, "*"))
        return reached[0].path if reached else None

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
        return nearest[0], len(nearest[0]) * FAR + (FAR_AWAY if len(nearest[0]) > 2 else 0.0)

    def _join(self, path: Path) -> None:
        if path and path not in self.query.joined:
            self.query.joined.append(path)

    def _noun_before(self, where: Where) -> set[str]:
        """The tables of the last noun before a condition."""
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        names = [f.name if isinstance(f, Mention) else f.names[-1] for f in before if isinstance(f, Mention) or
                 (isinstance(f, Group) and f.names)]  # fmt: skip
        return {c.table for c in names[-1].tables} if names else set()

    def _denied_before(self, where: Where) -> bool:
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        return any(isinstance(f, Absent) and not f.missing for f in before)


def _goes_over(step: JoinStep, via: tuple[str, str]) -> bool:
    return step.start == via[0] and via[1] in ("", step.start_column)


def is_own(item: Item) -> bool:
    """Whether only the thing of a group can have this: "the id, the price and the count of orders for each room"."""
    return item.fn == "" and item.owner is None and item.name is not None and item.name.text.lower() in OWN_WORDS


def _is_plain(path: Path) -> bool:
    """Whether a way goes against keys first and along them afterwards, as over a table that only joins two."""
    turns = [step.along for step in path]
    return turns == sorted(turns)


def counted_tables(fragment: HowMany | Rank) -> tuple[Candidate, ...]:
    if isinstance(fragment, HowMany):
        return fragment.name.tables if fragment.name else ()
    name = fragment.item.name if fragment.item else None
    if fragment.item is None or name is None:
        return ()
    return name.candidates if name.declared else name.tables if fragment.item.fn else ()
