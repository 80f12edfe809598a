"""Names of tables: valid without quotes in SQL, and no two alike."""

import re
from collections.abc import Iterable

from bus.contract.catalog import LeftOut


def table_names(stems: list[str], reserved: frozenset[str]) -> tuple[list[str], list[str]]:
    """A name for each stem, in the same order, and a sentence for each that had to be changed.

    `reserved` are the engine's own words, in small letters: a table must not be called `order`.
    """
    names: list[str] = []
    warnings = []
    taken: set[str] = set()
    for stem in stems:
        wanted = _identifier(stem, reserved)
        name = _free(wanted, taken)
        taken.add(name.lower())
        names.append(name)
        if name != wanted:
            warnings.append(f"Table {stem!r} is called {name}, because there is a table {wanted} already.")
        elif name != stem:
            warnings.append(f"Table {stem!r} is called {name}, so that it can stand in SQL without quotes.")
    return names, warnings


def plain_name(stem: str) -> str:
    """What a table of this stem is called, unless that is a word of SQL or taken."""
    name = re.sub(r"\W+", "_", stem).strip("_") or "table"
    return f"t_{name}" if name[0].isdigit() else name


def left_out(table: str, those: Iterable[LeftOut]) -> str | None:
    """Why there is no such table; None where it is not among those."""
    return next((one.why for one in those if table.lower() in (one.name.lower(), plain_name(one.name).lower())), None)


def _identifier(stem: str, reserved: frozenset[str]) -> str:
    name = plain_name(stem)
    return f"{name}_" if name.lower() in reserved else name


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"
