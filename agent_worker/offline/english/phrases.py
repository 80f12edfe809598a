"""Phrases as they are written in the tables of English: parted by "|"; braces hold alternatives, so that
"{the,} number of" is "the number of" and "number of"."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Generic, TypeVar

V = TypeVar("V")
_BRACES = re.compile(r"\{([^}]*)\}")


def expand(phrases: str) -> Iterator[tuple[str, ...]]:
    """Every phrase that a line of them says, in words."""
    for phrase in phrases.split("|"):
        pieces = _BRACES.split(phrase)
        choices = [piece.split(",") if at % 2 else [piece] for at, piece in enumerate(pieces)]
        for chosen in product(*choices):
            yield tuple("".join(chosen).split())


class Phrases(Generic[V]):
    """Phrases and what each of them says, found by their first word."""

    def __init__(self, rows: Mapping[str, V]) -> None:
        self._by_first: dict[str, list[tuple[list[str], V]]] = defaultdict(list)
        for phrases, value in rows.items():
            for parts in expand(phrases):
                self._by_first[parts[0]].append((list(parts), value))
        for found in self._by_first.values():
            found.sort(key=lambda row: -len(row[0]))

    def __iter__(self) -> Iterator[str]:
        return (" ".join(parts) for found in self._by_first.values() for parts, _ in found)

    def at(self, words: list[str], start: int) -> list[tuple[int, V]]:
        """Every phrase that begins at `start`: where it ends and what it says, the longest first."""
        rows = self._by_first.get(words[start]) if start < len(words) else None
        return [(start + len(p), value) for p, value in rows if words[start : start + len(p)] == p] if rows else []


def words_of(phrases: str) -> frozenset[str]:
    """The phrases of one word each."""
    return frozenset(word for (word,) in expand(phrases))
