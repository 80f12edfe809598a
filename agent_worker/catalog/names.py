"""Names of tables: valid without quotes in SQL, and no two alike."""

import re


def table_names(stems: list[str], reserved: frozenset[str]) -> tuple[list[str], list[str]]:
    """A name for each stem, in the same order, and a sentence for each that had to be changed.

    `reserved` are the engine's own words, in small letters: a table must not be called `order`.
    """
    names: list[str] = []
    warnings = []
    taken: set[str] = set()
    for stem in stems:
        name = _free(_identifier(stem, reserved), taken)
        taken.add(name.lower())
        names.append(name)
        if name != stem:
            warnings.append(f"Table {stem!r} is called {name}, so that it can stand in SQL without quotes.")
    return names, warnings


def _identifier(stem: str, reserved: frozenset[str]) -> str:
    name = re.sub(r"\W+", "_", stem).strip("_") or "table"
    if name[0].isdigit():
        name = f"t_{name}"
    return f"{name}_" if name.lower() in reserved else name


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"
