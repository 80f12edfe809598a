"""How well a column's name fits the key it may refer to. Pure."""

import re
from enum import IntEnum

GENERIC = frozenset({"id", "key", "code", "name", "no", "nr", "number", "num", "value", "type", "label", "title"})
"""Names that say nothing about whose they are: two `id` columns have nothing in common."""

_PREFIX = re.compile(r"[a-z]{1,3}_(?=[a-z]{3})")


class Affinity(IntEnum):
    """Higher is better."""

    NONE = 0
    NAMED_AFTER = 1
    """`customer_id` and the table `customers`."""
    SAME = 2
    """One name on both sides, or one but for a table's short prefix, as `o_custkey` and `c_custkey`."""


def affinity(column: str, ref_table: str, ref_column: str) -> Affinity:
    """How the name `column` fits `ref_table.ref_column`."""
    name, ref = column.lower(), ref_column.lower()
    if name == ref:
        return Affinity.NONE if ref in GENERIC else Affinity.SAME
    bare, bare_ref = _PREFIX.sub("", name, count=1), _PREFIX.sub("", ref, count=1)
    if bare == bare_ref and bare_ref not in GENERIC:
        return Affinity.SAME
    things = {ref_table.lower(), singular(ref_table.lower())}
    compact = name.replace("_", "")
    for thing in things:
        if compact in {f"{thing}{ref}".replace("_", ""), thing.replace("_", "")}:
            return Affinity.NAMED_AFTER
        if name.endswith((f"_{thing}_{ref}", f"_{thing}")):
            return Affinity.NAMED_AFTER
    if ref not in GENERIC and name.endswith(f"_{ref}"):
        return Affinity.NAMED_AFTER
    return Affinity.NONE


def singular(word: str) -> str:
    """The word without a plural's ending, as far as a rule can tell."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("ss", "ss"), ("s", "")):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word
