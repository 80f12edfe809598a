"""How well a column's name fits the key it may refer to. Pure."""

import re
from collections.abc import Iterator
from enum import IntEnum

GENERIC = frozenset({"id", "key", "code", "name", "no", "nr", "number", "num", "value", "type", "label", "title"})
"""Names that do not tell what they are the id or name of: two `id` columns have nothing in common."""
_MEASURED = """
age amount balance budget cost count discount distance duration fare fee height income length points population price
qty quantity rating revenue salary sales score size stock sum tax total weight width
"""
QUANTITIES = frozenset(_MEASURED.split())
"""Last words of names: whole numbers of these kinds are found in other lists of them, and refer to nothing."""

_PREFIX = re.compile(r"[a-z]{1,3}_(?=[a-z]{3})")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SORT = re.compile(r"(?:tbl|dim|fact|fct|ref|stg|vw|lookup|lkp)_(?=.)")
"""What a table's name begins with that says what sort of table it is."""


class Affinity(IntEnum):
    """How well a column's name fits a key's; higher is better."""

    NONE = 0
    NAMED_AFTER = 1
    """`customer_id` and the table `customers`."""
    SAME = 2
    """One name on both sides, or one but for a table's short prefix, as `o_custkey` and `c_custkey`."""


def affinity(column: str, ref_table: str, ref_column: str) -> Affinity:
    """How the name `column` fits `ref_table.ref_column`."""
    name = column.lower()
    if name == ref_column.lower() and name in GENERIC:
        return Affinity.NONE
    for kind in (Affinity.SAME, Affinity.NAMED_AFTER):
        if not column_handles(kind, column).isdisjoint(key_handles(kind, ref_table, ref_column)):
            return kind
    return Affinity.NONE


def is_quantity(column: str) -> bool:
    """Does the name say that its numbers count or measure something?"""
    return _parted(column).rpartition("_")[2] in QUANTITIES


def column_handles(kind: Affinity, column: str) -> set[str]:
    """The words under which a column is filed, so that a key finds those that fit it without trying them all: the names
    fit when both have a word in common."""
    name = _parted(column)
    if kind is Affinity.SAME:
        return _same(column.lower())
    endings = {name[at:] for at, letter in enumerate(name) if letter == "_"}
    return {name.replace("_", ""), *endings}


def key_handles(kind: Affinity, ref_table: str, ref_column: str) -> set[str]:
    """The words under which a key is looked for: a column that refers to it is filed under one of them."""
    if kind is Affinity.SAME:
        return _same(ref_column.lower())
    return set(_named_after(_SORT.sub("", _parted(ref_table), count=1), _parted(ref_column)))


def _parted(name: str) -> str:
    """`HomeClubID` as `home_club_id`."""
    return _HUMP.sub("_", name).lower()


def _same(name: str) -> set[str]:
    return {name, _PREFIX.sub("", name, count=1)} - GENERIC


def _named_after(table: str, ref: str) -> Iterator[str]:
    for thing in {table, singular(table)}:
        yield f"{thing}{ref}".replace("_", "")
        yield thing.replace("_", "")
        yield f"_{thing}_{ref}"
        yield f"_{thing}"
    if ref not in GENERIC:
        yield f"_{ref}"


def singular(word: str) -> str:
    """The word without a plural's ending, as far as a rule can tell."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word
