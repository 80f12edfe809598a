"""Ways from a base table to others, along keys that lead to at most one row each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bus.contract.catalog import Catalog, JoinKey

Path = tuple[JoinKey, ...]
"""The keys from the base table to another, each leading to at most one row: nothing is counted twice."""


_MOST_HOPS = 4


def all_keys(catalog: Catalog) -> tuple[JoinKey, ...]:
    """Declared keys first, then the inferred ones that say something new."""
    declared = catalog.description.keys
    return declared + tuple(key for key in catalog.keys if key not in declared)


class Ways:
    """The ways between a catalog's tables, each looked for once."""

    def __init__(self, catalog: Catalog) -> None:
        self._leaving: dict[str, list[JoinKey]] = defaultdict(list)
        self._arriving: dict[str, set[str]] = defaultdict(set)
        for key in all_keys(catalog):
            self._leaving[key.table].append(key)
            self._arriving[key.ref_table].add(key.table)
        self._known: dict[str, dict[str, list[Path]]] = {}

    def paths_from(self, base: str) -> dict[str, list[Path]]:
        """Every way from `base` to each table it can reach without counting a row twice, the base itself included."""
        if base not in self._known:
            self._known[base] = _paths(self._leaving, base)
        return self._known[base]

    def reaching(self, tables: set[str]) -> set[str]:
        """These tables and all from which a way leads to one of them."""
        found = set(tables)
        for _ in range(_MOST_HOPS):
            found |= {before for table in found for before in self._arriving.get(table, ())}
        return found


def _paths(leaving: Mapping[str, list[JoinKey]], base: str) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {base: [()]}
    frontier: list[Path] = [()]
    for _ in range(_MOST_HOPS):
        longer: list[Path] = []
        for path in frontier:
            at = path[-1].ref_table if path else base
            seen = {base, *(key.ref_table for key in path)}
            longer.extend((*path, key) for key in leaving.get(at, ()) if key.ref_table not in seen)
        for path in longer:
            found.setdefault(path[-1].ref_table, []).append(path)
        frontier = longer
    return found


def passes(path: Path, via: str) -> bool:
    """Whether a way goes over a table, or over the key `table.column`."""
    if not via:
        return True
    if "." in via:
        return any(f"{key.table}.{key.column}" == via for key in path)
    return any(via in (key.table, key.ref_table) for key in path)


def alias_of(path: Path, base: str, taken: dict[Path, str]) -> str:
    """The name under which the table at the end of a way stands in the statement."""
    if not path:
        return base
    if path not in taken:
        last = path[-1]
        name = last.ref_table
        while name in (base, *taken.values()):
            name = f"{last.column}_{name}"
        taken[path] = name
    return taken[path]


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """`column` of `table`, reached from the base table over `path`."""

    path: Path
    table: str
    column: str
