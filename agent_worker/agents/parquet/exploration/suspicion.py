"""Whether a statement that ran has missed what it looked for, and what it may have meant. Pure."""

import re
from collections.abc import Iterator

from rapidfuzz import fuzz, process, utils

from agent_worker.llm.prompts.preview import Preview
from agent_worker.llm.prompts.requests import ValueInTable
from bus.contract.catalog import Catalog, CatalogTable

NEAR = 75.0
"""How alike, of 100, a value has to be to be near."""
MOST_NEAR = 5
MOST_LITERALS = 10
_LITERAL = re.compile(r"'((?:[^']|'')+)'")
_MANY = re.compile(r"\b(?:per|each|every|list|all|top (?:[2-9]|[1-9]\d+)|the (?:[2-9]|[1-9]\d+))\b", re.IGNORECASE)

"""Table, column and value."""


def suspicion(question: str, preview: Preview) -> str:
    """What is odd about a result, in a few words; empty where nothing is."""
    if not preview.row_count:
        return "no rows"
    if preview.totals and all(totals.nulls == preview.row_count for totals in preview.totals):
        return "nothing but NULL"
    if preview.row_count > 1:
        return ""
    if all(value is None or _is_zero(value) for value in preview.rows[0]):
        return "nothing but zero"
    return "one row where several were asked for" if _MANY.search(question) else ""


def _is_zero(value: object) -> bool:
    return not isinstance(value, bool) and (value in (0, "0") or (isinstance(value, str) and _zero_text(value)))


def _zero_text(text: str) -> bool:
    """An exact zero, as the wire has it: 0.00."""
    return re.fullmatch(r"0+(?:\.0+)?", text) is not None


def near_values(sql: str, catalog: Catalog) -> list[ValueInTable]:
    """Values of the data that are like those in the statement, for those that do not stand in the data as they are."""
    spoken = {word.lower() for word in re.findall(r"\w+", sql)}
    tables = [table for table in catalog.tables if table.name.lower() in spoken]
    literals = dict.fromkeys(text.replace("''", "'").strip("%_ ") for text in _LITERAL.findall(sql))
    known = {value for table in tables for column in table.columns for value in column.values}
    unknown = [text for text in literals if text and text not in known][:MOST_LITERALS]
    return [place for text in unknown for place in _near(text, tables)]


def _near(text: str, tables: list[CatalogTable]) -> Iterator[ValueInTable]:
    places = [(t.name, column.name, value) for t in tables for column in t.columns for value in column.values]
    found = process.extract(
        text,
        [value for _, _, value in places],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=MOST_NEAR,
        score_cutoff=NEAR,
    )
    return (places[at] for _, _, at in found)
