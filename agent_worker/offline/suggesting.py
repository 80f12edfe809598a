"""Names and values near a word that nobody knows, for the question back."""

from rapidfuzz import fuzz, process

from agent_worker.offline.names import Names

_NEAR = 70.0
_MOST = 3
_MOST_VALUES = 5_000


def near(word: str, names: Names) -> tuple[str, ...]:
    """Up to three names of tables, columns or values that look like `word`, the nearest first."""
    choices = {" ".join(parts) for parts in names.tables.values()}
    choices |= {" ".join(parts) for parts in names.columns.values()}
    values = [v for t in names.catalog.tables for c in t.columns for v in c.values if len(v) > len(word) // 2]
    choices |= set(values[:_MOST_VALUES])
    found = process.extract(word, choices, scorer=fuzz.WRatio, processor=str.lower, limit=_MOST, score_cutoff=_NEAR)
    return tuple(text for text, _, _ in found if not _opposite(word, text)) if len(word) > 3 else ()


def _opposite(word: str, text: str) -> bool:
    """ "inactive" is no slip of "active"."""
    return any(word.lower() == prefix + text.lower() for prefix in ("in", "un", "non", "im", "dis"))
