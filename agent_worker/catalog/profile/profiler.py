"""Looking into the data for values and keys, as far as time allows; tables that are as they were are not looked at
again."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

import duckdb
import msgspec

from agent_worker.catalog.files.layout import DESCRIPTION_FILE
from agent_worker.catalog.profile.join_keys import find_keys, with_unique_columns, without_unique_columns
from agent_worker.catalog.profile.time_budget import TimeBudget
from agent_worker.catalog.profile.values import with_values, without_labels
from bus.contract.catalog import Catalog, CatalogTable, Description, JoinKey

EACH_S = 5.0
LEAST_S = 1.0
FOR_TABLES, FOR_KEYS = 0.6, 0.8
"""When looking into tables ends, and when looking for keys: shares of the time that there is."""


class ProfiledTables(msgspec.Struct, frozen=True):
    """The tables with what was found in them, all join keys, and what is not known."""

    tables: list[CatalogTable]
    keys: list[JoinKey]
    warnings: list[str]


class Time(NamedTuple):
    """The time for looking into the data: at what has changed, until a moment of `time.monotonic()`; and for what an
    earlier reading had no time for, in seconds."""

    until: float
    looks_s: float


def look_into(
    connection: duckdb.DuckDBPyConnection,
    given: Time,
    tables: Sequence[CatalogTable],
    known: Catalog | None,
    description: Description,
) -> ProfiledTables:
    """Looks into the tables that are not `known` as they are now, then into those that an earlier reading had no time
    for."""
    several = len(tables) > 1
    found = {table.name: table if several else without_unique_columns(table) for table in tables}
    comparable = known is not None and (len(known.tables) > 1 or not several)
    states = {table.name: table.state for table in known.tables} if known and comparable else {}
    fresh = [table.name for table in tables if states.get(table.name) != table.state]
    waiting = [table.name for table in tables if table.unseen and table.name not in set(fresh)]
    now = time.monotonic()
    times = _Times(now, max(given.until, now + LEAST_S) if fresh else now + given.looks_s)
    looks = _Looks(TimeBudget(connection, 0, EACH_S), found, several=several)
    looks.into(fresh, times.at(FOR_TABLES))
    looks.into(waiting, min(times.at(FOR_TABLES), time.monotonic() + given.looks_s))
    kept = _kept(known, found.keys() - {*fresh, *looks.done})
    bereft = {key.table for key in known.keys if key not in kept and key.table in found} if known else set()
    linking = {*looks.done, *bereft, *(name for name, table in found.items() if table.unlinked)}
    inferred = looks.for_keys(linking, kept, times.at(FOR_KEYS))
    keys = _keys(inferred, kept, description)
    referenced = {key.ref_table for key in keys}
    before = {key.ref_table for key in known.keys} if known else set()
    for name in (before - referenced) & found.keys():
        found[name] = without_labels(found[name])
    newly = [name for name in found if name in referenced and (name not in before or name in looks.done)]
    looks.for_labels(newly, times.at(1))
    return ProfiledTables(looks.tables(), keys, _not_known(found.values()))


class _Times(msgspec.Struct, frozen=True):
    """The span from one moment of `time.monotonic()` to another; `at` gives the moment at a share of it."""

    start: float
    end: float

    def at(self, share: float) -> float:
        return self.start + share * (self.end - self.start)


class _Looks:
    """Each puts what it has found into the tables of `found`. `done` are the names of those that were looked into."""

    def __init__(self, budget: TimeBudget, found: dict[str, CatalogTable], *, several: bool) -> None:
        self._budget = budget
        self._found = found
        self._several = several
        self.done: set[str] = set()

    def into(self, names: Iterable[str], until: float) -> None:
        """Look into these tables until a moment of `time.monotonic()`: for unique columns, where there is another table
        that could refer to them, and for values."""
        self._budget.bound(until)
        for name in names:
            if self._budget.spent:
                self._found[name] = msgspec.structs.replace(self._found[name], unseen=True)
                continue
            self.done.add(name)
            self._found[name] = msgspec.structs.replace(self._found[name], unseen=False)
            if self._several:
                self._look(name, lambda table: with_unique_columns(self._budget, table))
            self._look(name, lambda table: with_values(self._budget, table, referenced=False))

    def for_keys(self, names: Collection[str], kept: Sequence[JoinKey], until: float) -> list[JoinKey]:
        """Look for keys to and from the tables of these names, until a time of `time.monotonic()`."""
        self._budget.bound(until)
        missed = self._budget.missed
        keys = find_keys(self._budget, list(self._found.values()), names, kept)
        unlinked = self._budget.missed > missed
        for name in names:
            self._found[name] = msgspec.structs.replace(self._found[name], unlinked=unlinked)
        return keys

    def for_labels(self, names: Iterable[str], until: float) -> None:
        """Look for the columns by which other tables name the rows of these, until a time of `time.monotonic()`."""
        self._budget.bound(until)
        for name in names:
            self._look(name, lambda table: with_values(self._budget, table, referenced=True))

    def tables(self) -> list[CatalogTable]:
        """The tables with what was found out, also about files that cannot be read."""
        return [_with_remark(table, self._budget.failures.get(name, "")) for name, table in self._found.items()]

    def _look(self, name: str, look: Callable[[CatalogTable], CatalogTable]) -> None:
        missed = self._budget.missed
        looked = look(self._found[name])
        unseen = looked.unseen or self._budget.missed > missed
        self._found[name] = msgspec.structs.replace(looked, unseen=unseen)


def _with_remark(table: CatalogTable, remark: str) -> CatalogTable:
    if not remark or remark in table.remarks:
        return table
    return msgspec.structs.replace(table, remarks=(*table.remarks, remark))


def _kept(known: Catalog | None, same: Collection[str]) -> list[JoinKey]:
    """The keys that were found before between tables that are as they were."""
    if known is None:
        return []
    declared = {(key.table, key.column) for key in known.description.keys}
    between = (key for key in known.keys if key.table in same and key.ref_table in same)
    return [key for key in between if (key.table, key.column) not in declared]


def _keys(inferred: list[JoinKey], kept: list[JoinKey], description: Description) -> list[JoinKey]:
    """What the owner declares, what was found now, and what was known of tables that are as they were; these two in
    the order of their names, whichever of them was found first."""
    places = {(key.table, key.column): key for key in (*kept, *inferred)}
    declared = {(key.table, key.column) for key in description.keys}
    return [*description.keys, *(key for place, key in sorted(places.items()) if place not in declared)]


def _not_known(tables: Iterable[CatalogTable]) -> list[str]:
    unseen = sum(table.unseen or table.unlinked for table in tables)
    if not unseen:
        return []
    return [
        f"There was no time to look into all data ({unseen:,} tables): some values and join keys are not known. "
        f"Declare keys in {DESCRIPTION_FILE}."
    ]
