"""Ways from a base table to others, along keys that lead to at most one row each."""

from collections import defaultdict
from collections.abc import Mapping

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
        for key in all_keys(catalog):
            self._leaving[key.table].append(key)
        self._known: dict[str, dict[str, list[Path]]] = {}

    def paths_from(self, base: str) -> dict[str, list[Path]]:
        """Every way from `base` to each table it can reach without counting a row twice, the base itself included."""
        if base not in self._known:
            self._known[base] = _paths(self._leaving, base)
        return self._known[base]


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
