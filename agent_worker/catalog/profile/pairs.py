"""Which columns may refer to which keys: the likely pairs first, found by their names' words, because trying every
column with every key takes minutes over some thousand of each. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from agent_worker.catalog.profile.affinity import Affinity, affinity, column_handles, is_quantity, key_handles
from agent_worker.catalog.types.column_kinds import is_text, is_whole
from bus.contract.catalog import CatalogColumn, CatalogTable

MAX_LOOKED_AT = 100_000
"""Pairs of one kind that are compared by type and extremes."""


class TableColumn(NamedTuple):
    """A column and its table."""

    table: CatalogTable
    column: CatalogColumn


class Pair(NamedTuple):
    """`place` may refer to `key`."""

    affinity: Affinity
    place: TableColumn
    key: TableColumn


def likely_pairs(tables: Sequence[CatalogTable], keys: Sequence[TableColumn], of: Collection[str]) -> Iterator[Pair]:
    """Pairs that are worth a look into the data, with a table of these names on either side: those with one name, those
    named after the key's table, and then texts with no word in common."""
    named = set(of)
    own = [place for place in _places(table for table in tables if table.name in named) if _may_refer(place.column)]
    all_of_them = _places(tables) if any(key.table.name in named for key in keys) else ()
    every = [place for place in all_of_them if _may_refer(place.column)]
    for kind in (Affinity.SAME, Affinity.NAMED_AFTER):
        yield from filter(_plausible, islice(_alike(kind, own, every, keys, named), MAX_LOOKED_AT))
    yield from filter(_plausible, islice(_unlike(own, every, keys, named), MAX_LOOKED_AT))


def _places(tables: Iterable[CatalogTable]) -> Iterator[TableColumn]:
    return (TableColumn(table, column) for table in tables for column in table.columns)


Filed = dict[str, list[TableColumn]]


def _filed(kind: Affinity, places: Iterable[TableColumn]) -> Filed:
    found: Filed = {}
    for place in places:
        for handle in column_handles(kind, place.column.name):
            found.setdefault(handle, []).append(place)
    return found


def _alike(
    kind: Affinity, own: list[TableColumn], every: list[TableColumn], keys: Sequence[TableColumn], named: set[str]
) -> Iterator[Pair]:
    """Places of the named tables with all keys, and all places with the keys of those."""
    of_own, of_every = _filed(kind, own), _filed(kind, every)
    for key in keys:
        filed = of_every if key.table.name in named else of_own
        seen: set[tuple[str, str]] = set()
        for handle in sorted(key_handles(kind, key.table.name, key.column.name)):
            for place in filed.get(handle, ()):
                name = (place.table.name, place.column.name)
                if name not in seen:
                    seen.add(name)
                    yield Pair(kind, place, key)


def _unlike(
    own: list[TableColumn], every: list[TableColumn], keys: Sequence[TableColumn], named: set[str]
) -> Iterator[Pair]:
    texts, all_texts = ([place for place in places if is_text(place.column)] for places in (own, every))
    for key in keys:
        if is_text(key.column):
            places = all_texts if key.table.name in named else texts
            yield from (Pair(Affinity.NONE, place, key) for place in places)


def _plausible(pair: Pair) -> bool:
    """Can the column refer to the key? It can if they are of two tables and of one kind, if their extremes overlap, and
    if their names have just the pair's affinity."""
    (table, column), (ref_table, ref_column) = pair.place, pair.key
    if table.name == ref_table.name or not _comparable(column, ref_column):
        return False
    return affinity(column.name, ref_table.name, ref_column.name) is pair.affinity


def _may_refer(column: CatalogColumn) -> bool:
    return is_text(column) or (is_whole(column) and not is_quantity(column.name))


def _comparable(column: CatalogColumn, key: CatalogColumn) -> bool:
    """Are both of one kind, with extremes that overlap where they are known? Else no value of one is in the other."""
    whole = is_whole(column)
    if not (is_whole(key) if whole else is_text(key)):
        return False
    low, high = column.minimum, column.maximum
    if low is None or high is None or key.minimum is None or key.maximum is None:
        return True
    if whole:
        return int(low) <= int(key.maximum) and int(key.minimum) <= int(high)
    return low <= key.maximum and key.minimum <= high
