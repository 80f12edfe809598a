"""Columns, types, row counts and extremes of a table, from the files' footers alone."""

from typing import Any

import duckdb

from agent_worker.catalog.layout import Source
from agent_worker.engine.settings import create_view, quote_name, quote_text
from bus.catalog import CatalogColumn, CatalogTable

MAX_FOOTER_ENTRIES = 2_000_000
"""Columns times files: beyond that, extremes are left unknown rather than waited for."""
MAX_EXTREME_CHARS = 100

_NUMBER = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_REAL = ("FLOAT", "DOUBLE", "DECIMAL")
_ORDERED_AS_TEXT = ("DATE", "TIME", "VARCHAR", "BOOLEAN")

Stats = dict[str, tuple[str | None, str | None, int | None]]


def read_table(connection: duckdb.DuckDBPyConnection, name: str, source: Source) -> CatalogTable:
    """The table, without values, and a view of its name in the connection.

    Raises duckdb.Error, whose text names the file, where one cannot be read.
    """
    rows = _row_count(connection, source.files)
    bare = CatalogTable(name, (), rows, source.files, tuple(source.partitions))
    create_view(connection, bare)
    described = connection.execute(f"DESCRIBE {quote_name(name)}").fetchall()
    types = {str(row[0]): str(row[1]) for row in described}
    stats = _stats(connection, source.files) if len(types) * len(source.files) <= MAX_FOOTER_ENTRIES else {}
    columns = tuple(_column(connection, column, kind, source, stats) for column, kind in types.items())
    return CatalogTable(name, columns, rows, source.files, tuple(source.partitions))


def is_text(column: CatalogColumn) -> bool:
    return column.type == "VARCHAR" or column.type.startswith("ENUM")


def is_whole(column: CatalogColumn) -> bool:
    return column.type in _NUMBER


def _row_count(connection: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> int:
    rows = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [list(files)]).fetchall()
    return int(rows[0][0] or 0)


def _stats(connection: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> Stats:
    """Column → smallest and largest as text, and nulls. Both orders are asked for; which one is right depends on
    the type, which the footers do not tell in the engine's words."""
    sql = """
        SELECT path_in_schema,
               arg_min(stats_min_value, try_cast(stats_min_value AS DOUBLE)), min(stats_min_value),
               arg_max(stats_max_value, try_cast(stats_max_value AS DOUBLE)), max(stats_max_value),
               bool_and(coalesce(min_is_exact, true) AND coalesce(max_is_exact, true)
                        AND (stats_min_value IS NOT NULL OR stats_null_count = num_values)),
               CASE WHEN bool_and(stats_null_count IS NOT NULL) THEN sum(stats_null_count) END
        FROM parquet_metadata(?) GROUP BY ALL"""
    found = connection.execute(sql, [list(files)]).fetchall()
    return {str(row[0]): row[1:] for row in found}


def _column(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, source: Source, stats: dict[str, Any]
) -> CatalogColumn:
    if name in source.partitions:
        return _partition_column(connection, name, kind, source.partitions[name])
    if name not in stats:
        return CatalogColumn(name, kind)
    low_number, low_text, high_number, high_text, exact, nulls = stats[name]
    low, high = None, None
    if exact and kind.startswith(_NUMBER + _REAL):
        low, high = low_number, high_number
    elif exact and kind.startswith(_ORDERED_AS_TEXT):
        low, high = low_text, high_text
    if any(len(text or "") > MAX_EXTREME_CHARS for text in (low, high)):
        low, high = None, None
    return CatalogColumn(name, kind, None if nulls is None else int(nulls), None, low, high)


def _partition_column(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, values: tuple[str, ...]
) -> CatalogColumn:
    """Its values stand in the folders' names, so they cost nothing."""
    listed = ", ".join(f"({quote_text(value)})" for value in values)
    sql = f"SELECT min(CAST(v AS {kind}))::VARCHAR, max(CAST(v AS {kind}))::VARCHAR FROM (VALUES {listed}) t(v)"
    low, high = connection.execute(sql).fetchall()[0]
    return CatalogColumn(name, kind, 0, len(values), low, high, values if kind == "VARCHAR" else ())
