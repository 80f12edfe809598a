"""Whether a question is hard, by the statement that a plan has for it. Pure."""

import re

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_HARD = re.compile(r"\b(?:join|over|qualify|having|union|intersect|except|pivot|unpivot|asof|lateral)\b", re.IGNORECASE)
_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_SEVERAL_TABLES = re.compile(r"\bfrom\s+[\w.]+(?:\s+(?:as\s+)?\w+)?\s*,", re.IGNORECASE)


def is_hard(sql: str) -> bool:
    """Does the statement join, nest, combine, or look from row to row? There plans go wrong, and not alike."""
    bare = _QUOTED.sub("q", sql)
    return bool(_HARD.search(bare) or len(_SELECT.findall(bare)) > 1 or _SEVERAL_TABLES.search(bare))
