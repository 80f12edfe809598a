"""Names and values near a word that nobody knows, for the question back."""

from rapidfuzz import fuzz, process

from agent_worker.offline.schema.model import Schema

_NEAR = 80.0
_MOST = 3
_SHORT = 3
"""So short a name looks like everything."""


def near(word: str, schema: Schema) -> tuple[str, ...]:
    """Up to three names of tables, columns or values that look like `word`, the nearest first."""
    if len(word) <= _SHORT:
        return ()
    choices = {text: lower for text, lower in schema.texts.items() if len(text) * 2 > len(word) and len(text) > _SHORT}
    found = process.extract(word.lower(), choices, scorer=fuzz.WRatio, limit=_MOST, score_cutoff=_NEAR)
    return tuple(text for _, _, text in found if not _opposite(word, text))


def _opposite(word: str, text: str) -> bool:
    """ "inactive" is no slip of "active"."""
    return any(word.lower() == prefix + text.lower() for prefix in ("in", "un", "non", "im", "dis"))
