"""Whether the values show that the first line of a file holds names."""

import re
from collections.abc import Iterable, Sequence

import duckdb

from agent_worker.catalog.files.text.column_queries import ask, bare
from agent_worker.catalog.files.text.column_types import Typed
from agent_worker.catalog.types.engine_types import NULL

MAX_NAMED = 3


def proven(connection: duckdb.DuckDBPyConnection, source: str, columns: Iterable[Typed]) -> bool:
    """A name is no number where the values of its column are numbers, and has no digit where all of them have one."""
    filled = [column for column in columns if column.type != NULL]
    if any(column.type != "VARCHAR" for column in filled):
        return True
    names = [column.name for column in filled if not re.search(r"\d", column.name)]
    return any(ask(connection, source, (f"bool_and(regexp_matches({bare(name)}, '[0-9]'))" for name in names)))


def unproven_header(names: Sequence[str]) -> str:
    """The warning for a first line that was taken for names and may be a row."""
    shown = ", ".join(names[:MAX_NAMED]) + (", ..." if len(names) > MAX_NAMED else "")
    return f"its first line ({shown}) is read as names, and nothing shows that it is no row; say header = false or true"
