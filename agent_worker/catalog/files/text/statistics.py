"""What is in the columns of several text files together. Pure."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from agent_worker.catalog.files.footers import Statistics
from agent_worker.catalog.files.text.reading import TextFile
from agent_worker.catalog.types.column_kinds import WHOLE


def overall_statistics(files: Sequence[TextFile]) -> dict[int, Statistics]:
    """The statistics of several text files with the same columns and types, together."""
    return {
        place: _merged(str(kind), [file.statistics[place] for file in files])
        for place, (_, kind) in enumerate(files[0].shape.columns)
    }


def _merged(kind: str, parts: Sequence[Statistics]) -> Statistics:
    filled = [part.texts for part in parts if not part.empty]
    lows, highs = [low for low, _ in filled if low is not None], [high for _, high in filled if high is not None]
    told = len(lows) == len(highs) == len(filled) > 0
    extremes = (_least(kind, lows, min), _least(kind, highs, max)) if told else (None, None)
    return Statistics(extremes, extremes, sum(part.nulls or 0 for part in parts), sum(part.values for part in parts))


def _least(kind: str, texts: Iterable[str], of: Callable[..., str]) -> str:
    """The smallest or the largest: dates and times are written so that they stand in their order."""
    if kind.startswith(("FLOAT", "DOUBLE")):
        return of(texts, key=float)
    return of(texts, key=Decimal) if kind.startswith((*WHOLE, "DECIMAL")) else of(texts)
