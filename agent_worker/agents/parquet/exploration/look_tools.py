"""What a model can look at before it answers: names and values by words, one table, some rows of a statement."""

import asyncio
import difflib
from contextlib import aclosing
from typing import NamedTuple

from agent_worker.agents.parquet.exploration.focus import focus_on
from agent_worker.agents.parquet.exploration.suspicion import near_values
from agent_worker.agents.parquet.state import AgentState
from agent_worker.engine.core import Engine
from agent_worker.llm.prompts.catalog_text import finding_text, table_text
from agent_worker.llm.prompts.focus import Focus
from agent_worker.llm.prompts.preview import Preview, PreviewBuilder, preview_text
from bus.contract.catalog import Catalog
from bus.contract.events import TableRows, TableSchema
from bus.values.arrow_stream import read_table
from bus.values.counts import counted

PEEK_ROWS = 20
MAX_FOUND_CHARS = 8_000
MOST_COLUMNS = 40


class LookResult(NamedTuple):
    """What a tool gives: `text` for the model, `summary` in a few words for people."""

    text: str
    summary: str


class CannotLook(Exception):
    """A call that is not possible; the text says why, for the model and for people."""


async def look(state: AgentState, name: str, argument: str) -> LookResult:
    """Use the tool of this name. Raises CannotLook, and of `peek` StatementRefused and EngineError."""
    if name == "find":
        return await asyncio.to_thread(find, argument, state.catalog)  # so that a stop finds the loop free
    if name == "describe":
        return describe(argument, state.catalog)
    return await peek(argument, state.backends.engine)


def find(words: str, catalog: Catalog) -> LookResult:
    """Tables, columns and values that the words name; failing that, values that look like them."""
    focus = focus_on(words, catalog)
    quoted = words.replace("'", "''")
    everywhere = " ".join(table.name for table in catalog.tables)
    near = () if focus.values else tuple(near_values(f"'{quoted}' {everywhere}", catalog))
    columns = [c for c in sorted(focus.columns) if c[0] in focus.tables[:MOST_COLUMNS]][:MOST_COLUMNS]
    text = finding_text(catalog, Focus(focus.tables, frozenset(columns), focus.values), near)
    counts = {"table": len(focus.tables), "column": len(focus.columns), "value": len(focus.values) or len(near)}
    parts = [counted(count, noun) for noun, count in counts.items() if count]
    return LookResult(
        text[:MAX_FOUND_CHARS] or "Nothing in the data has such a name or value.", ", ".join(parts) or "nothing"
    )


def describe(name: str, catalog: Catalog) -> LookResult:
    """All that is known of one table."""
    table = catalog.table(name) or next((t for t in catalog.tables if t.name.lower() == name.lower()), None)
    if table is None:
        near = difflib.get_close_matches(name, [table.name for table in catalog.tables], 3)
        hint = f" Near are: {', '.join(near)}." if near else " Use find."
        raise CannotLook(f"There is no table {name[:100]}.{hint}")
    return LookResult(table_text(catalog, table)[:MAX_FOUND_CHARS], counted(len(table.columns), "column"))


async def peek(sql: str, engine: Engine) -> LookResult:
    """The first rows of a statement, which people do not see. It passes the same guard as any other."""
    preview = await preview_of(engine, sql.strip().rstrip(";"), PEEK_ROWS)
    rows = counted(preview.row_count, "row")
    return LookResult(preview_text(preview, MAX_FOUND_CHARS), f"the first {rows}" if preview.truncated else rows)


async def preview_of(engine: Engine, sql: str, max_rows: int) -> Preview:
    """At most `max_rows` rows of a statement, all of them in the preview. Raises StatementRefused and EngineError."""
    builder = PreviewBuilder((), max_rows)
    more = False
    async with aclosing(engine.run(sql, max_rows=max_rows)) as items:
        async for item in items:
            if isinstance(item, TableSchema):
                builder = PreviewBuilder(tuple(item.columns), max_rows)
            elif isinstance(item, TableRows):
                for batch in read_table(item.arrow).to_batches():
                    builder.add(batch)
            else:
                more = item.truncated
    return builder.build(truncated=more)
