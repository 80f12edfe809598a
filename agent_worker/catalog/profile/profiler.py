"""Looking into the data for values and keys, as far as time allows; tables that are as they were are not looked at
again."""

import time
from collections.abc import Collection, Iterable, Sequence

import duckdb
import msgspec

from agent_worker.catalog.files.layout import DESCRIPTION_FILE
from agent_worker.catalog.profile.budget import Budget
from agent_worker.catalog.profile.keys import find_keys, with_unique_columns, without_unique_columns
from agent_worker.catalog.profile.values import with_values, without_labels
from bus.contract.catalog import Catalog, CatalogTable, Description, JoinKey

EACH_S = 5.0
LEAST_S = 0.5


class Seen(msgspec.Struct, frozen=True):
    """The tables with what was found in them, all join keys, and what is not known."""

    tables: list[CatalogTable]
    keys: list[JoinKey]
    warnings: list[str]


def look_into(
    connection: duckdb.DuckDBPyConnection,
    until: float,
    tables: Sequence[CatalogTable],
    known: Catalog | None,
    description: Description,
) -> Seen:
    """Looks into the tables that are not `known` as they are now, then into those that an earlier reading had no time
    for, `until` a moment of `time.monotonic()`; half of the time is for keys, half for values."""
    several = len(tables) > 1
    found = {table.name: table if several else without_unique_columns(table) for table in tables}
    comparable = known is not None and (len(known.tables) > 1 or not several)
    states = {table.name: table.state for table in known.tables} if known and comparable else {}
    fresh = {table.name for table in tables if states.get(table.name) != table.state}
    waiting = [name for name in found if name in fresh]
    waiting += [name for name, table in found.items() if table.unseen and name not in fresh]
    left_s = max(LEAST_S, until - time.monotonic())
    budget = Budget(connection, left_s / 2, EACH_S)
    for name in waiting if several else ():
        missed = budget.missed
        looked = with_unique_columns(budget, found[name])
        found[name] = msgspec.structs.replace(looked, unseen=budget.missed > missed)
    missed = budget.missed
    kept = _kept(known, found.keys() - set(waiting))
    bereft = {key.table for key in known.keys if key not in kept and key.table in found} if known else set()
    inferred = find_keys(budget, list(found.values()), {*waiting, *bereft}, kept)
    if budget.missed > missed:  # the next reading looks for them again
        found.update({name: msgspec.structs.replace(found[name], unseen=True) for name in waiting})
    keys = _keys(inferred, kept, description)
    referenced = {key.ref_table for key in keys}
    before = {key.ref_table for key in known.keys} if known else set()
    for name in (before - referenced) & found.keys():
        found[name] = without_labels(found[name])
    budget.extend(left_s / 2)
    for name in dict.fromkeys([*waiting, *sorted((referenced - before) & found.keys())]):
        missed = budget.missed
        looked = with_values(budget, found[name], referenced=name in referenced)
        found[name] = msgspec.structs.replace(looked, unseen=found[name].unseen or budget.missed > missed)
    return Seen(list(found.values()), keys, [*sorted(budget.failures), *_not_known(found.values())])


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
    unseen = sum(table.unseen for table in tables)
    if not unseen:
        return []
    return [
        f"There was no time to look into all data ({unseen:,} tables): some values and join keys are not known. "
        f"Declare keys in {DESCRIPTION_FILE}."
    ]
