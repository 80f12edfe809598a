"""What day it is, and where the data end. Pure."""

from agent_worker.llm.prompts.catalog_text import shown_name
from agent_worker.llm.prompts.focus import Focus
from bus.contract.catalog import Catalog, CatalogTable

MAX_TABLES = 10
_NEVER = "9000"
"""Years from here on stand for "for ever"."""


def dates_text(catalog: Catalog, focus: Focus, today: str) -> str:
    """Today, and the last date of each table that is near, by its column; empty without a day."""
    if not today:
        return ""
    tables = [table for name in focus.tables[:MAX_TABLES] if (table := catalog.table(name)) is not None]
    ends = [end for table in tables or catalog.tables[:MAX_TABLES] if (end := _end(table))]
    return "\n".join([f"today is {today}", *ends])


def _end(table: CatalogTable) -> str:
    """The latest of the last dates of a table's columns."""
    ends = [
        (column.maximum[:10], column.name)
        for column in table.columns
        if column.type.startswith(("DATE", "TIMESTAMP")) and column.maximum and column.maximum[:4].isdigit()
    ]
    known = [end for end in ends if end[0][:4] < _NEVER]
    return f"the last date in {shown_name(table.name)}.{shown_name(max(known)[1])} is {max(known)[0]}" if known else ""
