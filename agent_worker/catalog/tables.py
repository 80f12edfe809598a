"""Columns, types, row counts and extremes of a table, from the files' footers alone."""

import duckdb
import msgspec

from agent_worker.catalog.layout import Source
from agent_worker.catalog.types import WHOLE
from agent_worker.engine.settings import create_view, quote_name, quote_text
from bus.contract.catalog import CatalogColumn, CatalogTable

MAX_FOOTER_ENTRIES = 1_000_000
"""Columns times files: beyond that, extremes are left unknown rather than waited for (1,000,000 take about 15 s)."""
MAX_EXTREME_CHARS = 100

_REAL = ("FLOAT", "DOUBLE", "DECIMAL")
_ORDERED_AS_TEXT = ("DATE", "TIME", "VARCHAR", "BOOLEAN")


class _Stats(msgspec.Struct, frozen=True):
    """What the footers say of one column: in how many files it stands, its extremes in two orders, its nulls."""

    files: int
    numbers: tuple[str | None, str | None]
    texts: tuple[str | None, str | None]
    exact: bool
    nulls: int | None


def read_table(connection: duckdb.DuckDBPyConnection, name: str, source: Source) -> CatalogTable:
    """The table, without values, and a view of its name in the connection.

    Raises duckdb.Error, whose text names the file, where one cannot be read.
    """
    files, partitions = source.files, tuple(source.partitions)
    rows = _row_count(connection, files)
    bounded = _columns_of(connection, files[0]) * len(files) <= MAX_FOOTER_ENTRIES
    stats = _stats(connection, files) if bounded else {}
    mixed = len(files) > 1 and (not bounded or any(stat.files < len(files) for stat in stats.values()))
    table = CatalogTable(name, (), rows, files, partitions, mixed)
    create_view(connection, table)
    described = connection.execute(f"DESCRIBE {quote_name(name)}").fetchall()
    columns = tuple(_column(connection, str(row[0]), str(row[1]), source, stats) for row in described)
    return msgspec.structs.replace(table, columns=columns)


def _row_count(connection: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> int:
    rows = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [list(files)]).fetchall()
    return int(rows[0][0] or 0)


def _columns_of(connection: duckdb.DuckDBPyConnection, file: str) -> int:
    rows = connection.execute("SELECT count(*) FROM parquet_schema(?)", [file]).fetchall()
    return int(rows[0][0])


def _stats(connection: duckdb.DuckDBPyConnection, files: tuple[str, ...]) -> dict[str, _Stats]:
    """By column. Two orders are asked for, as numbers and as texts; which one is right depends on the type, which
    the footers do not tell in the engine's words."""
    sql = """
        SELECT path_in_schema, count(DISTINCT file_name),
               arg_min(stats_min_value, try_cast(stats_min_value AS DOUBLE)),
               arg_max(stats_max_value, try_cast(stats_max_value AS DOUBLE)),
               min(stats_min_value), max(stats_max_value),
               bool_and(coalesce(min_is_exact, true) AND coalesce(max_is_exact, true)
                        AND (stats_min_value IS NOT NULL OR stats_null_count = num_values)),
               CASE WHEN bool_and(stats_null_count IS NOT NULL) THEN sum(stats_null_count)::BIGINT END
        FROM parquet_metadata(?) GROUP BY ALL"""
    found = connection.execute(sql, [list(files)]).fetchall()
    return {str(row[0]): _Stats(row[1], row[2:4], row[4:6], row[6], row[7]) for row in found}


def _column(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, source: Source, stats: dict[str, _Stats]
) -> CatalogColumn:
    if name in source.partitions:
        return _partition_column(connection, name, kind, source.partitions[name])
    stat = stats.get(name)
    if stat is None:
        return CatalogColumn(name, kind)
    low, high = _extremes(kind, stat)
    return CatalogColumn(name, kind, stat.nulls, None, low, high)


def _extremes(kind: str, stat: _Stats) -> tuple[str | None, str | None]:
    """Smallest and largest; unknown where a writer has cut them short or left them out."""
    if not stat.exact or kind.endswith("]"):
        return None, None
    numeric = kind.startswith((*WHOLE, *_REAL))
    if not numeric and not kind.startswith(_ORDERED_AS_TEXT):
        return None, None
    low, high = stat.numbers if numeric else stat.texts
    return (None, None) if max(len(low or ""), len(high or "")) > MAX_EXTREME_CHARS else (low, high)


def _partition_column(
    connection: duckdb.DuckDBPyConnection, name: str, kind: str, values: tuple[str, ...]
) -> CatalogColumn:
    """Its values stand in the folders' names, so they cost nothing."""
    listed = ", ".join(f"({quote_text(value)})" for value in values)
    sql = f"SELECT min(CAST(v AS {kind}))::VARCHAR, max(CAST(v AS {kind}))::VARCHAR FROM (VALUES {listed}) t(v)"
    low, high = connection.execute(sql).fetchall()[0]
    return CatalogColumn(name, kind, 0, len(values), low, high, values if kind == "VARCHAR" else ())
