"""One parse over one base table, and the query that is made of it: what is asked for, of whom, and what is named."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from agent_worker.offline.binder.query_ir import QueryIR, Ref
from agent_worker.offline.english.vocabulary import DERIVED
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Group,
    HowMany,
    Mention,
    Parse,
    Rank,
    Select,
    SelectItem,
    Verb,
    Where,
)
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Joins, Path
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import Column, Schema, Table

HOP, FAR, CLOSE, BRIDGE, EXISTS, FAR_AWAY = 0.25, 0.1, 0.08, 0.5, 0.2, 0.5
"""Costs: of each join of what is shown, and of a condition; what is as good as equal; a base not named; a row that
must exist elsewhere; a condition that lies further than over one table between."""
OWN_WORDS = frozenset(("name", "names", "id", "ids", "title", "titles"))
"""What each thing has of its own, if at all."""


class Unbound(Exception):
    """This parse makes no query over this base."""


class Doubtful(Unbound):
    """The question says two things at once, or another than it seems: no reader may answer it."""


@dataclass
class Binding:
    """A parse over a base table, and the query so far. Raises `Unbound` where that makes no query."""

    schema: Schema
    base: str
    joins: Joins
    parse: Parse
    cost: float = 0.0
    query: QueryIR = field(init=False)
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
        self.query = QueryIR(self.base, written_dates=self.schema.written_dates)

    @property
    def table(self) -> Table:
        """The base table."""
        return self.schema.tables[self.base]

    def of(self, kind: type) -> list:  # type: ignore[type-arg]
        return [fragment for fragment in self.parse.fragments if isinstance(fragment, kind)]

    @cached_property
    def items(self) -> list[SelectItem]:
        """What is asked for, each with its owner: "the names and ages of students"."""
        found: list[SelectItem] = []
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

    def add_bridge_cost(self, items: list[SelectItem]) -> None:
        tables = {c.table for i in items if i.owner for c in i.owner.tables}
        tables |= {c.table for m in self.of(Mention) for c in m.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.tables}
        tables |= {c.table for i in items if i.name for c in i.name.columns}
        tables |= {c.table for g in self.of(Group) for n in g.names for c in n.candidates}
        tables |= {c.table for h in (*self.of(HowMany), *self.of(Rank)) for c in counted_tables(h)}
        if self.base not in tables and not self.is_done():
            self.cost += BRIDGE

    def is_done(self) -> bool:
        """Whether a verb tells of the rows of the base: "flew" of flights."""
        noun = stem(self.table.words[-1])
        return any(stem(DERIVED.get(verb.word, "")) == noun for verb in self.of(Verb))

    def column(self, c: Candidate | Ref) -> Column:
        return self.schema.columns[c.table, c.column or ""]

    @cached_property
    def named_tables(self) -> set[str]:
        """The tables that the question names, by themselves or with the name of a column."""
        parse = self.parse.fragments
        names = [*self.item_names(), *(f.name for f in parse if isinstance(f, (Mention, Absent, HowMany)) and f.name)]
        names += [name for f in parse if isinstance(f, Group) for name in f.names]
        names += [name for f in parse if isinstance(f, Where) for name in (f.name, f.owner) if name]
        names += [f.item.name for f in parse if isinstance(f, Rank) and f.item and f.item.name]
        found = {c.table for name in names for c in name.candidates if c.is_table or c.owned}
        return found | {f.name.tables[0].table for f in self.of(Everything) if f.name and f.name.tables}

    def item_names(self) -> list[Name]:
        items = self.items
        return [name for item in items for name in (item.name, item.owner) if name]

    def base_is_said(self) -> bool:
        """Whether the question names the rows that what it asks for is of."""
        items = [item.owner for item in self.items if item.owner]
        return self.base in self.mentioned | {c.table for name in items for c in name.tables}

    def noun_before(self, where: Where) -> set[str]:
        """The tables of the last noun before a condition."""
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        names = [f.name if isinstance(f, Mention) else f.names[-1] for f in before if isinstance(f, Mention) or
                 (isinstance(f, Group) and f.names)]  # fmt: skip
        return {c.table for c in names[-1].tables} if names else set()

    def denied_before(self, where: Where) -> bool:
        before = self.parse.fragments[: self.parse.fragments.index(where)]
        return any(isinstance(f, Absent) and not f.missing for f in before)


def is_own(item: SelectItem) -> bool:
    """Whether only the thing of a group can have this: "the id, the price and the count of orders for each room"."""
    return item.fn == "" and item.owner is None and item.name is not None and item.name.text.lower() in OWN_WORDS


def counted_tables(fragment: HowMany | Rank) -> tuple[Candidate, ...]:
    if isinstance(fragment, HowMany):
        return fragment.name.tables if fragment.name else ()
    name = fragment.item.name if fragment.item else None
    if fragment.item is None or name is None:
        return ()
    return name.candidates if name.declared else name.tables if fragment.item.fn else ()
