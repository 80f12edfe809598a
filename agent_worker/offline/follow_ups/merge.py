"""What a text such as "and by month?" or "only for JFK" changes in the parse of the question before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent_worker.offline.follow_ups.likeness import (
    ColumnPair,
    among,
    direction,
    is_bare,
    is_range,
    is_time,
    is_weekday,
    moved,
    of_year,
)
from agent_worker.offline.grammar.fragments import (
    Absent,
    Everything,
    Flagged,
    Fragment,
    Group,
    Having,
    HowMany,
    Limit,
    Mention,
    Parse,
    Per,
    Rank,
    Select,
    SelectItem,
    Share,
    Sort,
    Told,
    When,
    Where,
    names_in,
)
from agent_worker.offline.lexer.lattice import Name, Number, Value

_GROUPS = (Group, Per)
_CONDITIONS = (Where, Flagged, When, Having, HowMany, Absent)
_ORDERS = (Rank, Sort)
_BEHIND = 1000
"""Added to the token positions of the newer text, so that they come after those of the earlier question."""


class Unclear(Exception):
    """It cannot be told what the text changes; the message says what to do."""

    def __init__(self, asked: str = "") -> None:
        super().__init__(f"{asked} Please ask the whole question" if asked else "please ask the whole question")


@dataclass(frozen=True, slots=True)
class GoingOn:
    """`before` is the earlier question; `adds`: what is new comes on top; `back`: it asks about "those"; `keys` are the
    columns that others refer to, which tell nothing of what a value is."""

    before: Parse
    adds: bool = False
    back: bool = False
    keys: frozenset[tuple[str, str]] = frozenset()

    def merged(self, new: Parse) -> Parse:
        """The earlier question with what the text says put in its place. Raises `Unclear`."""
        further = tuple(moved(fragment, self._end) for fragment in new.fragments)
        if not further or any(isinstance(f, Everything) for f in further):
            raise Unclear
        wheres = [f for f in further if isinstance(f, Where)]
        if any(self._about_the_same(one, other) for at, one in enumerate(wheres) for other in wheres[:at]):
            raise Unclear("two of one at once?")
        found = list(self.before.fragments)
        found = self._asked(found, further)
        found = self._grouped(found, further)
        for fragment in further:
            if isinstance(fragment, _CONDITIONS):
                found = self._restricted(found, fragment)
        found = self._ordered(found, further)
        known = self._named_tables(found)
        nouns = [f for f in further if isinstance(f, Mention) and not {c.table for c in f.name.tables} & known]
        rest = [
            f for f in further if not isinstance(f, (Select, Mention, Share, Limit, *_GROUPS, *_CONDITIONS, *_ORDERS))
        ]
        shares = [f for f in further if isinstance(f, Share)]
        kept = [f for f in found if not (shares and isinstance(f, Share))]
        return Parse((*kept, *shares, *nouns, *rest), self.before.cost + new.cost)

    @property
    def _end(self) -> int:
        return _BEHIND * (1 + max((name.end for name in names_in(self.before.fragments)), default=0) // _BEHIND)

    def _asked(self, found: list[Fragment], further: tuple[Fragment, ...]) -> list[Fragment]:
        """What is asked for: other figures of the same, the same figures of another, or something on top."""
        asks = [f for f in further if isinstance(f, Select)]
        if not asks:
            return found
        if self._ranked(found):
            raise Unclear("the first by which figure?")
        selects = [f for f in found if isinstance(f, Select)]
        if len(asks) > 1 or len(selects) != 1:
            raise Unclear
        old = selects[0]
        if self._of_another(asks[0]) and any(isinstance(f, (*_CONDITIONS, *_GROUPS)) for f in found):
            raise Unclear("of all, or as before?")
        if self.back or _only_counts(old, asks[0]):
            found = [f for f in found if not isinstance(f, (*_GROUPS, Sort))]
            items = tuple(self._of_those(item, found) for item in asks[0].items)
        else:
            items = self._items(old, asks[0])
        at = found.index(old)
        aggregates = any(item.fn for item in items)
        new = replace(
            old, items=items, terse=old.terse and any(item.fn for item in old.items), which=old.which and not aggregates
        )
        return [*found[:at], new, *found[at + 1 :]]

    def _of_another(self, new: Select) -> bool:
        """Whether it asks for things that the earlier question did not name."""
        known = self._named_tables(list(self.before.fragments))
        nouns = [name for item in new.items if (name := item.name) and name.tables and name.tables[0].cost <= name.cost]
        return any(not {c.table for c in name.tables} & known for name in nouns)

    def _of_those(self, item: SelectItem, found: list[Fragment]) -> SelectItem:
        """ "how many of those": of the things that the earlier question was about."""
        if item.fn != "count" or item.name is not None:
            raise Unclear
        things = list(_things(found))
        if not things or any(isinstance(f, (Having, HowMany, Share, Limit)) for f in found):
            raise Unclear("of which?")
        return SelectItem("count", things[0])

    def _items(self, old: Select, new: Select) -> tuple[SelectItem, ...]:
        aggregates = [item for item in old.items if item.fn]
        bare = [item for item in new.items if item.fn and item.name is None]
        if len(bare) == len(new.items):
            return tuple(_other_figure(item, one.fn) for one in bare for item in (aggregates or old.items)[:1])
        if any(item.fn for item in new.items) or any(item.name and item.name.declared for item in new.items):
            return (*old.items, *new.items) if self.adds else new.items
        if not aggregates:
            return (*old.items, *new.items)
        measured = [item for item in aggregates if item.fn != "count"]
        if len(measured) != 1 or len(new.items) != 1:
            raise Unclear("which figure of it?")
        named = replace(measured[0], name=new.items[0].name, owner=new.items[0].owner)
        return (*old.items, named) if self.adds else tuple(named if i is measured[0] else i for i in old.items)

    def _grouped(self, found: list[Fragment], further: tuple[Fragment, ...]) -> list[Fragment]:
        groups = [f for f in further if isinstance(f, _GROUPS)]
        if not groups:
            return found
        if self._ranked(found):
            raise Unclear("the first, and by something else?")
        if self.adds:
            return [*found, *groups]
        return [*(f for f in found if not isinstance(f, _GROUPS)), *groups]

    def _ranked(self, found: list[Fragment]) -> bool:
        return any(isinstance(f, (Rank, Limit)) for f in found)

    def _restricted(self, found: list[Fragment], new: Fragment) -> list[Fragment]:
        """The earlier conditions, the one on the same column replaced."""
        same: list[Fragment] = [old for old in found if isinstance(old, _CONDITIONS) and self._about_the_same(old, new)]
        if len(same) > 1:
            raise Unclear("in place of which condition?")
        if isinstance(new, Where) and is_bare(new):
            compared = [old for old in found if isinstance(old, Where) and isinstance(old.operands[0], Number)]
            if len(compared) != 1:
                raise Unclear("which column is compared?")
            old = compared[0]
            if is_range(old, new):
                return [*found, replace(new, name=old.name, hints=old.hints, owner=old.owner)]
            same = [old]
        if same and self.adds:
            raise Unclear("both, or in its place?")
        if same:
            return [self._in_place_of(old, new) if old in same else old for old in found]
        if any(isinstance(f, (Share, Told)) for f in found) and not any(isinstance(f, _GROUPS) for f in found):
            raise Unclear("the part, or the whole?")
        return [*found, new]

    def _in_place_of(self, old: Fragment, new: Fragment) -> Fragment:
        if isinstance(old, Where) and isinstance(new, Where):
            named = new.name is not None or new.owner is not None or new.label or bool(new.hints)
            if not named:
                role, shared = new.role or old.role, self._places(old)
                operands = tuple(among(one, shared) for one in new.operands)
                new = replace(new, operands=operands, role=role)
                return replace(new, name=old.name, owner=old.owner, label=old.label, hints=old.hints)
        if isinstance(old, When) and isinstance(new, When):
            years = {one.year for one in old.times}
            year = years.pop() if len(years) == 1 else None
            times = tuple(of_year(one, year) for one in new.times)
            return replace(new, times=times, name=new.name or old.name)
        return new

    def _about_the_same(self, old: Fragment, new: Fragment) -> bool:
        if is_time(old) and is_time(new):
            return is_weekday(old) == is_weekday(new) and direction(old) == direction(new)
        if isinstance(old, Where) and isinstance(new, Where):
            if old.role and new.role and old.role != new.role:
                return False
            same = bool(self._places(old) & self._places(new))
            return same and direction(old) == direction(new) and (old.negated, old.never) == (new.negated, new.never)
        if isinstance(old, Flagged) and isinstance(new, Flagged):
            return old.name.columns[:1] == new.name.columns[:1]
        if isinstance(old, HowMany) and isinstance(new, HowMany):
            return old.name == new.name or bool(old.name and new.name and old.name.text == new.name.text)
        if isinstance(old, Having) and isinstance(new, Having):
            return old.item == new.item
        return False

    def _places(self, where: Where) -> set[ColumnPair]:
        """The columns that a condition may be about."""
        values = {(r.table, r.column) for v in where.operands if isinstance(v, Value) for r in v.refs}
        told = where.name or where.owner
        if told is not None and told.columns:
            best = told.columns[0].cost
            named = {(c.table, c.column) for c in told.columns if c.column and c.cost <= best + 0.1}
            owned = {place for place in values if place[0] in {c.table for c in told.tables}}
            return named & values or (owned if where.owner else set()) or named
        return (values - self.keys) or set(values)

    def _ordered(self, found: list[Fragment], further: tuple[Fragment, ...]) -> list[Fragment]:
        orders = [f for f in further if isinstance(f, _ORDERS)]
        if not orders:
            return found
        if len(orders) > 1 or (isinstance(orders[0], Sort) and self._ranked(found)):
            raise Unclear("in which order?")
        new = orders[0]
        if isinstance(new, Rank) and new.item is None and not new.hints and not new.common:
            new = _by_the_same(found, new)
        return [*(f for f in found if not isinstance(f, (*_ORDERS, Limit))), new]

    def _named_tables(self, found: list[Fragment]) -> set[str]:
        return {c.table for name in names_in(tuple(found)) for c in name.tables}


def _only_counts(old: Select, new: Select) -> bool:
    """ "how many are there?" behind a list."""
    counts = all(item.fn == "count" and item.name is None for item in new.items)
    return counts and not any(item.fn for item in old.items)


def _other_figure(item: SelectItem, fn: str) -> SelectItem:
    """ "and the median?" is of what was measured."""
    if fn == "count" or item.name is None:
        raise Unclear("of what?")
    if item.fn == "count":
        raise Unclear("a figure of which column?")
    return replace(item, fn=fn, guessed=False)


def _by_the_same(found: list[Fragment], new: Rank) -> Rank:
    """ "top 3" of what is ranked, sorted or counted already."""
    for old in found:
        if isinstance(old, Rank) and new.nth > 1:
            return replace(old, limit=1, nth=new.nth)
        if isinstance(old, Rank):
            return replace(old, limit=new.limit or old.limit, descending=new.descending, nth=1)
        if isinstance(old, Sort) and len(old.items) == 1 and old.items[0][0] is not None:
            item, down = old.items[0]
            return replace(new, item=item, descending=down == new.descending)
    new = replace(new, limit=new.limit or 1)
    aggregates = [i for f in found if isinstance(f, Select) for i in f.items if i.fn or (i.name and i.name.declared)]
    if len(aggregates) != 1:
        raise Unclear("the first by which figure?")
    return replace(new, item=aggregates[0])


def _things(found: list[Fragment]) -> Iterator[Name]:
    """The nouns that a question is about, the nearest first."""
    items = [i for f in found if isinstance(f, Select) for i in f.items]
    names = [i.name for i in items] + [i.owner for i in items]
    names += [f.name for f in found if isinstance(f, Mention)]
    yield from (name for name in names if name is not None and name.tables and name.tables[0].cost <= name.cost + 0.1)
