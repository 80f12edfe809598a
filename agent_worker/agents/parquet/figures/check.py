"""Which figures of a text the result does not support. Pure."""

from collections.abc import Iterable

from agent_worker.agents.parquet.figures.known import KnownFigures
from agent_worker.agents.parquet.figures.numerals import numerals
from agent_worker.llm.prompts.preview import Preview


def unsupported(text: str, preview: Preview, said: Iterable[str] = ()) -> list[str]:
    """The figures of `text`, as they are written there, that stand neither in the result nor in its totals, nor are a
    rounding, a difference, a share or a ratio of such; nor stand in one of the texts that were `said` before."""
    known = KnownFigures(preview, said)
    return list(dict.fromkeys(numeral.text for numeral in numerals(text) if not known.supports(numeral)))
