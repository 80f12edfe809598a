"""Which tables, columns and measures people's words may mean."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import msgspec
from msgspec.structs import replace

from agent_worker.offline.english.tokens import stem
from agent_worker.offline.english.vocabulary import ID_WORDS
from agent_worker.offline.schema.join_paths import Ways, all_keys
from agent_worker.offline.schema.matching import EXACT, PARTIAL, fit, parts_of, shared_prefix
from agent_worker.offline.schema.roles import kind_of
from bus.contract.catalog import Catalog, JoinKey

_ASKING = ("is", "has", "was", "had", "can")
"""How names of flags begin: `is_active` is called active."""


class Candidate(msgspec.Struct, frozen=True):
    """One thing a name may mean: a table (no column), a column, or a declared measure.

    `via` names what the way from the base table must pass: a table, or `table.column` of a key. `cost` says how
    far the words are from the name, 0 being the name itself; `kind` what a column holds.
    """

    table: str
    column: str | None = None
    measure: str | None = None
    via: str = ""
    cost: int = EXACT
    kind: str = ""


@dataclass
class Names:
    """Every name of a catalog with its parts, ready to be compared with words."""

    catalog: Catalog
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    kinds: dict[tuple[str, str | None], str] = field(default_factory=dict)
    _found: dict[tuple[str, ...], list[Candidate]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for table in self.catalog.tables:
            self.tables[table.name] = parts_of(table.name)
            split = [parts_of(column.name) for column in table.columns]
            prefix = shared_prefix(split)
            for column, parts in zip(table.columns, split, strict=True):
                own = parts[1:] if prefix else parts
                asks = kind_of(column) == "flag" and len(own) > 1 and own[0] in _ASKING
                self.columns[table.name, column.name] = own[1:] if asks else own
                self.kinds[table.name, column.name] = kind_of(column)

    def find(self, words: Sequence[str]) -> list[Candidate]:
        """The candidates for a run of words, the best first; empty when the words name nothing."""
        words = tuple(words)
        if words not in self._found:
            self._found[words] = self._find(words)
        return self._found[words]

    def _find(self, words: tuple[str, ...]) -> list[Candidate]:
        found = list(self._described(words)) or [*self._plain(words), *self._qualified(words)]
        best: dict[tuple[str, str | None, str | None, str], Candidate] = {}
        for candidate in found:
            key = (candidate.table, candidate.column, candidate.measure, candidate.via)
            if key not in best or candidate.cost < best[key].cost:
                best[key] = candidate
        kinds = self.kinds
        kept = sorted(
            (replace(c, kind=kinds.get((c.table, c.column), "")) for c in best.values()), key=lambda c: c.cost
        )
        # A partial fit is a guess: it stands only where nothing fits whole.
        return [c for c in kept if kept[0].cost >= PARTIAL or c.cost < PARTIAL]

    def _described(self, words: tuple[str, ...]) -> Iterator[Candidate]:
        """What the description file says these words mean."""
        description = self.catalog.description
        for measure in description.measures:
            if fit(words, parts_of(measure.name)) in (EXACT, EXACT + 1):
                yield Candidate(measure.table, measure=measure.name)
        for word, target in description.synonyms.items():
            if fit(words, parts_of(word)) in (EXACT, EXACT + 1):
                yield from self._target(target)

    def _target(self, target: str) -> Iterator[Candidate]:
        table, _, column = target.partition(".")
        if self.catalog.table(table) is not None:
            yield Candidate(table, column or None)
        for measure in self.catalog.description.measures:
            if measure.name == target:
                yield Candidate(measure.table, measure=measure.name)

    def _plain(self, words: tuple[str, ...]) -> Iterator[Candidate]:
        for table, parts in self.tables.items():
            cost = fit(words, parts)
            if cost is not None and cost < PARTIAL:
                yield Candidate(table, cost=cost)
        for (table, column), parts in self._near(words):
            cost = self._column_fit(words, parts)
            if cost is not None:
                yield Candidate(table, column, cost=cost)

    def _near(self, words: tuple[str, ...]) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
        """The columns that may fit at all: a part begins as the first word does, or the last ends with it."""
        if not words:
            return []
        root = stem(words[0])
        found = set(self._by_initial.get(words[0][0], ()))
        if len(words) <= 2:
            found.update(at for last, places in self._by_last.items() if last.endswith(root) for at in places)
        return [self._columns[at] for at in sorted(found)]

    @cached_property
    def ways(self) -> Ways:
        return Ways(self.catalog)

    @cached_property
    def _columns(self) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
        return list(self.columns.items())

    @cached_property
    def _by_initial(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, (_, parts) in enumerate(self._columns):
            for initial in {part[0] for part in parts}:
                found[initial].append(at)
        return found

    @cached_property
    def _by_last(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, (_, parts) in enumerate(self._columns):
            if parts:
                found[parts[-1]].append(at)
        return found

    @staticmethod
    def _column_fit(words: tuple[str, ...], parts: tuple[str, ...]) -> int | None:
        """As `fit`; and "phone number" is a column called phone."""
        cost = fit(words, parts)
        if cost is not None or len(words) < 2 or words[-1] not in ID_WORDS:
            return cost
        cost = fit(words[:-1], parts)
        return None if cost is None or cost >= PARTIAL else cost + 1

    def _qualified(self, words: tuple[str, ...]) -> Iterator[Candidate]:
        """ "airline name", "customer nation", "destination airport name": what is meant, after what it belongs to."""
        for at in range(1, len(words)):
            head, tail = words[:at], words[at:]
            for owner in self._plain(head):
                if owner.cost < PARTIAL:
                    yield from self._owned(owner, tail)

    def _owned(self, owner: Candidate, tail: tuple[str, ...]) -> Iterator[Candidate]:
        if owner.column is None:
            yield from self._columns_of(owner.table, tail, owner.cost, via="")
            for other in self.ways.paths_from(owner.table):
                if other != owner.table:
                    yield from self._beyond(other, tail, owner)
            return
        for key in self._keys(owner.table, owner.column):
            via = f"{key.table}.{key.column}"
            named = fit(tail, self.tables[key.ref_table])
            if named is not None and named < PARTIAL:
                yield Candidate(owner.table, owner.column, cost=max(named, owner.cost))
            yield from self._columns_of(key.ref_table, tail, owner.cost, via)
            for at in range(1, len(tail)):
                named = fit(tail[:at], self.tables[key.ref_table])
                if named is not None and named < PARTIAL:
                    yield from self._columns_of(key.ref_table, tail[at:], owner.cost, via)

    def _beyond(self, table: str, tail: tuple[str, ...], owner: Candidate) -> Iterator[Candidate]:
        """ "customer nation", "customer nation name": a table, or a column of it, reached over another table."""
        for at in range(1, len(tail) + 1):
            cost = fit(tail[:at], self.tables[table])
            if cost is None or cost >= PARTIAL:
                continue
            if at == len(tail):
                yield Candidate(table, via=owner.table, cost=max(cost, owner.cost))
            else:
                yield from self._columns_of(table, tail[at:], max(cost, owner.cost), via=owner.table)

    def _columns_of(self, table: str, words: tuple[str, ...], cost: int, via: str) -> Iterator[Candidate]:
        for (owner, column), parts in self.columns.items():
            fits = self._column_fit(words, parts) if owner == table else None
            if fits is not None and fits < PARTIAL:
                yield Candidate(table, column, via=via, cost=max(cost, fits))
        key = self.key_of(table)
        if key and len(words) == 1 and words[0] in ID_WORDS and (table, key) in self.columns:
            yield Candidate(table, key, via=via, cost=max(cost, EXACT + 1))

    def _keys(self, table: str, column: str) -> list[JoinKey]:
        return [k for k in all_keys(self.catalog) if k.table == table and k.column == column]

    def key_of(self, table: str) -> str | None:
        """The column by which other tables refer to this one."""
        return next((k.ref_column for k in all_keys(self.catalog) if k.ref_table == table), None)
