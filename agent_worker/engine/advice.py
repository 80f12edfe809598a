"""What a person may have meant, beside the engine's own words for what is wrong."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

_WORDS = """
SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT OFFSET JOIN ON USING UNION WITH AS AND OR VALUES DISTINCT
"""
_CLAUSES = tuple(_WORDS.split())
_NO_TABLE = re.compile(r"Table with name (.+?) does not exist!")
_SUGGESTED = re.compile(r"\nDid you mean \"[^\n]*\"\?")
_EXCERPT = re.compile(r"LINE \d+: (?P<line>[^\n]*)\n(?P<caret> *)\^")
_WORD = re.compile(r"[^\W\d]\w*")
_LINE_PREFIX = re.compile(r"LINE \d+: ")
_FEWEST_CHARS = 3
"""The shortest word that may be taken for another, in characters."""


def missing_table(message: str) -> str | None:
    """The table that the engine does not know."""
    match = _NO_TABLE.search(message)
    return match[1].strip('"') if match else None


def with_nearest_table(message: str, tables: Iterable[str]) -> str:
    """The message with the nearest of our own tables: the engine would propose its system tables."""
    name = missing_table(message)
    if name is None:
        return message
    near = nearest(name, tables)
    said = _SUGGESTED.sub("", message)
    return said.replace("does not exist!", f'does not exist!\nDid you mean "{near}"?', 1) if near else said


def with_nearest_word(message: str, tables: Iterable[str]) -> str:
    """The parser's message with the word of SQL that was meant, or why a name cannot stand there."""
    match = _EXCERPT.search(message)
    if match is None:
        return message
    at = len(match["caret"]) - len(_LINE_PREFIX.match(match[0])[0])  # type: ignore[index]  # it has just matched
    before, after = _WORD.findall(match["line"][: max(0, at)]), _WORD.match(match["line"], max(0, at))
    advice = _advice(before[-1] if before else "", after[0] if after else "", {name.lower(): name for name in tables})
    return f"{message}\n{advice}" if advice else message


def nearest(word: str, names: Iterable[str]) -> str | None:
    """The name that differs least, by a third of its characters at most; None where there is none."""
    scored = [(OSA.distance(word.lower(), name.lower()), name) for name in names]
    limit = max(1, len(word) // 3)
    close = [pair for pair in scored if pair[0] <= limit]
    return min(close)[1] if close and len(word) >= _FEWEST_CHARS else None


def _advice(before: str, at: str, tables: dict[str, str]) -> str:
    renamed = tables.get(f"{at.lower()}_")
    if renamed:
        return f"{at} is a word of SQL, so the table is called {renamed}."
    for word in (at, before):
        if word.upper() not in _CLAUSES and word.lower() not in tables and (meant := nearest(word, _CLAUSES)):
            return f"Did you mean {meant} in place of {word}?"
    return ""
