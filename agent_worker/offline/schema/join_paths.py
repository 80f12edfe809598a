"""Ways from a base table to others, along keys that lead to at most one row each."""

from dataclasses import dataclass

from bus.contract.catalog import Catalog, JoinKey

Path = tuple[JoinKey, ...]
"""The keys from the base table to another, each leading to at most one row: nothing is counted twice."""


_MOST_HOPS = 4


def all_keys(catalog: Catalog) -> tuple[JoinKey, ...]:
    """Declared keys first, then the inferred ones that say something new."""
    declared = catalog.description.keys
    return declared + tuple(key for key in catalog.keys if key not in declared)


def paths_from(catalog: Catalog, base: str) -> dict[str, list[Path]]:
    """Every way from `base` to each table it can reach without counting a row twice, the base itself included."""
    keys = all_keys(catalog)
    found: dict[str, list[Path]] = {base: [()]}
    frontier: list[Path] = [()]
    for _ in range(_MOST_HOPS):
        longer: list[Path] = []
        for path in frontier:
            at = path[-1].ref_table if path else base
            seen = {base, *(key.ref_table for key in path)}
            longer.extend((*path, key) for key in keys if key.table == at and key.ref_table not in seen)
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
