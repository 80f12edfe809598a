"""Names and values near a word that nobody knows, for the question back."""

from rapidfuzz import fuzz, process

from agent_worker.offline.schema.model import Schema

_NEAR = 80.0
_MOST = 3
_SHORT = 3
"""So short a name looks like everything."""
_MOST_VALUES = 5_000


def near(word: str, schema: Schema) -> tuple[str, ...]:
    """Up to three names of tables, columns or values that look like `word`, the nearest first."""
    values = [v for t in schema.catalog.tables for c in t.columns for v in c.values]
    known = dict.fromkeys((*sorted(" ".join(words) for words in schema.names), *values[:_MOST_VALUES]))
    choices = [choice for choice in known if len(choice) * 2 > len(word) and len(choice) > _SHORT]
    found = process.extract(word, choices, scorer=fuzz.WRatio, processor=str.lower, limit=_MOST, score_cutoff=_NEAR)
    return tuple(text for text, _, _ in found if not _opposite(word, text)) if len(word) > 3 else ()


def _opposite(word: str, text: str) -> bool:
    """ "inactive" is no slip of "active"."""
    return any(word.lower() == prefix + text.lower() for prefix in ("in", "un", "non", "im", "dis"))
