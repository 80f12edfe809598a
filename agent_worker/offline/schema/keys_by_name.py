"""The keys between tables: those that are known, and those that names tell where types or values hid them."""

from collections.abc import Iterator

from agent_worker.offline.english.vocabulary import PEOPLE
from agent_worker.offline.english.word_forms import stem
from agent_worker.offline.schema.matching import parts_of
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable, JoinKey

_SUPERIORS = frozenset(("manager", "supervisor", "boss", "mentor", "parent"))
"""First words of columns by which a table of people refers to itself: `manager_id`."""


def keys_between(catalog: Catalog) -> tuple[JoinKey, ...]:
    """All of a catalog, declared ones first."""
    declared = catalog.description.keys
    known = declared + tuple(key for key in catalog.keys if key not in declared)
    return _without_copies(known + tuple(_keys_by_name(catalog.tables, known)), declared)


def _keys_by_name(tables: tuple[CatalogTable, ...], known: tuple[JoinKey, ...]) -> Iterator[JoinKey]:
    """Columns called as the first column of one other table, whose types or values hid that they refer to it."""
    taken = {(key.table, key.column) for key in known} | {(key.ref_table, key.ref_column) for key in known}
    firsts: dict[str, list[CatalogTable]] = {}
    for key in _keys_to_own_rows(tables):
        if (key.table, key.column) not in taken:
            taken.add((key.table, key.column))
            yield key
    for table in tables:
        if table.columns and len(parts_of(table.columns[0].name)) > 1:
            firsts.setdefault(table.columns[0].name.lower(), []).append(table)
    for table in tables:
        for column in table.columns[1:] or table.columns:
            called = firsts.get(column.name.lower())
            if called is None:
                continue
            owners = [t for t in called if t.name != table.name]
            noun = parts_of(column.name)[0]
            named = [t for t in owners if any(stem(part).startswith(stem(noun)) for part in parts_of(t.name))]
            owners = named if len(owners) > 1 else owners
            if len(owners) == 1 and (table.name, column.name) not in taken and _within(column, owners[0].columns[0]):
                yield JoinKey(table.name, column.name, owners[0].name, owners[0].columns[0].name)


def _keys_to_own_rows(tables: tuple[CatalogTable, ...]) -> Iterator[JoinKey]:
    """Columns by which rows of people, or parents, name others of the same table."""
    for table in tables:
        people = stem(parts_of(table.name)[-1]) in PEOPLE
        for column in table.columns[1:]:
            who, *rest = parts_of(column.name)
            own = who in _SUPERIORS and rest in (["id"], ["no"]) and (people or who == "parent")
            if own and _within(column, table.columns[0]):
                yield JoinKey(table.name, column.name, table.name, table.columns[0].name)


def _without_copies(keys: tuple[JoinKey, ...], declared: tuple[JoinKey, ...]) -> tuple[JoinKey, ...]:
    """The keys without those that only repeat a thing's name beside its key: `listing_title` beside `listing_id`."""
    by_id = {(key.table, key.ref_table) for key in keys if parts_of(key.ref_column)[-1:] == ("id",)}
    return tuple(
        key for key in keys
        if key in declared or (key.table, key.ref_table) not in by_id
        or parts_of(key.ref_column)[-1:] not in (("name",), ("title",))
    )  # fmt: skip


def _within(column: CatalogColumn, key: CatalogColumn) -> bool:
    """Whether all values of a column may stand in a key, by what is known of both."""
    try:
        low, high, least, most = (float(e or "x") for e in (column.minimum, column.maximum, key.minimum, key.maximum))
    except ValueError:
        return set(column.values) <= set(key.values) if column.values and key.values else False
    return least <= low and (high <= most or "VARCHAR" in key.type)
