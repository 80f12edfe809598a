"""Which columns may refer to which keys: the likely pairs first, found by their names' words, because trying every
column with every key takes minutes over some thousand of each. Pure."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from agent_worker.catalog.profile.affinity import Affinity, affinity, column_handles, is_quantity, key_handles
from agent_worker.catalog.types.column_kinds import is_text, is_whole
from bus.contract.catalog import CatalogColumn, CatalogTable

MAX_LOOKED_AT = 100_000
"""Pairs of one kind that are compared by type and extremes."""


class Place(NamedTuple):
    """A column and its table."""

    table: CatalogTable
    column: CatalogColumn


class Pair(NamedTuple):
    """`place` may refer to `key`."""

    affinity: Affinity
    place: Place
    key: Place


def likely_pairs(tables: Sequence[CatalogTable], keys: Sequence[Place]) -> Iterator[Pair]:
    """Pairs that are worth a look into the data: those with one name, those named after the key's table, and then
    texts with no word in common."""
    places = [Place(table, column) for table in tables for column in table.columns if _may_refer(column)]
    for kind in (Affinity.SAME, Affinity.NAMED_AFTER):
        yield from filter(_plausible, islice(_alike(kind, places, keys), MAX_LOOKED_AT))
    yield from filter(_plausible, islice(_unlike(places, keys), MAX_LOOKED_AT))


def _alike(kind: Affinity, places: list[Place], keys: Sequence[Place]) -> Iterator[Pair]:
    filed: dict[str, list[Place]] = {}
    for place in places:
        for handle in column_handles(kind, place.column.name):
            filed.setdefault(handle, []).append(place)
    for key in keys:
        seen: set[tuple[str, str]] = set()
        for handle in sorted(key_handles(kind, key.table.name, key.column.name)):
            for place in filed.get(handle, ()):
                name = (place.table.name, place.column.name)
                if name not in seen:
                    seen.add(name)
                    yield Pair(kind, place, key)


def _unlike(places: list[Place], keys: Sequence[Place]) -> Iterator[Pair]:
    texts = [place for place in places if is_text(place.column)]
    for key in keys:
        if is_text(key.column):
            yield from (Pair(Affinity.NONE, place, key) for place in texts)


def _plausible(pair: Pair) -> bool:
    """Of two tables, of one kind, with extremes that overlap, and of just this affinity."""
    (table, column), (ref_table, ref_column) = pair.place, pair.key
    if table.name == ref_table.name or not _comparable(column, ref_column):
        return False
    return affinity(column.name, ref_table.name, ref_column.name) is pair.affinity


def _may_refer(column: CatalogColumn) -> bool:
    return is_text(column) or (is_whole(column) and not is_quantity(column.name))


def _comparable(column: CatalogColumn, key: CatalogColumn) -> bool:
    """Of one kind, and with extremes that overlap, where they are known: else no value of one is in the other."""
    whole = is_whole(column)
    if not (is_whole(key) if whole else is_text(key)):
        return False
    low, high = column.minimum, column.maximum
    if low is None or high is None or key.minimum is None or key.maximum is None:
        return True
    if whole:
        return int(low) <= int(key.maximum) and int(key.minimum) <= int(high)
    return low <= key.maximum and key.minimum <= high
