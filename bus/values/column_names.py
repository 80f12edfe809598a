"""Names of a result's columns in a file: none twice, whatever its case, since many readers refuse that. Pure."""

from collections.abc import Sequence


def distinct_names(names: Sequence[str]) -> list[str]:
    """The names; of two that are called alike the second gets a number."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    return [_distinct(name, taken, seen) for name in names]


def _distinct(name: str, taken: set[str], seen: set[str]) -> str:
    found, number = name, 1
    while found.casefold() in seen or (number > 1 and found.casefold() in taken):
        number += 1
        found = f"{name}_{number}"
    seen.add(found.casefold())
    return found
