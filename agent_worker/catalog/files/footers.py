"""What the files' footers say, read for all files at once."""

from collections.abc import Iterable, Mapping, Sequence

import duckdb
import msgspec

from agent_worker.catalog.types.engine_types import Type, type_of
from agent_worker.engine.settings import quote_text
from agent_worker.remote.failures import remote_failure

MAX_ENTRIES = 1_000_000
"""Columns times files: beyond that, extremes are left unknown rather than waited for (1,000,000 take about 15 s)."""
_SIGNED = """hash(column_id, name, type, type_length, repetition_type, num_children, converted_type, scale, precision,
               logical_type)"""


class Statistics(msgspec.Struct, frozen=True):
    """Of one column in some files: its extremes in two orders, as numbers and as texts, because which one is right
    depends on the type; its nulls, and how many values there are with them. None where a writer left it out or cut
    it short."""

    numbers: tuple[str | None, str | None]
    texts: tuple[str | None, str | None]
    nulls: int | None
    values: int

    @property
    def empty(self) -> bool:
        return self.nulls == self.values


class Shape(msgspec.Struct, frozen=True):
    """Columns with their types, in order. `leaves` are the places of those that are not nested among the leaves of
    the file's own schema."""

    columns: tuple[tuple[str, Type], ...]
    leaves: tuple[int | None, ...]


class Footers(msgspec.Struct):
    """`shapes` and `rows` for each file that could be read, `failures` for the others."""

    shapes: dict[str, Shape] = {}
    rows: dict[str, int] = {}
    failures: dict[str, str] = {}


def read_footers(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Footers:
    """Columns, types and number of rows of each file. Never raises for a file: halves are tried until the bad one
    stands alone."""
    if not files:
        return Footers()
    try:
        return _read(connection, files)
    except duckdb.Error as error:
        if len(files) == 1:
            return Footers(failures={files[0]: why(error)})
    found = Footers()
    for half in (files[: len(files) // 2], files[len(files) // 2 :]):
        part = read_footers(connection, half)
        found.shapes |= part.shapes
        found.rows |= part.rows
        found.failures |= part.failures
    return found


def why(error: Exception) -> str:
    """The engine's sentence, in words where it only says which of its limits or keys is missing."""
    text = remote_failure(str(error)) or str(error).splitlines()[0]
    if "encrypt" in text.lower() or "decrypt" in text.lower():
        return "it is encrypted, and there is no key for it here"
    if text.startswith("Out of Memory"):
        return f"reading it takes more memory than a worker has: {text}"
    return text


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Footers:
    sql = "SELECT file_name, num_rows, encryption_algorithm FROM parquet_file_metadata(?)"
    metadata = connection.execute(sql, [list(files)]).fetchall()
    failures = {str(row[0]): "it is encrypted, and there is no key for it here" for row in metadata if row[2]}
    open_files = [file for file in files if file not in failures]
    signatures = _signatures(connection, open_files)
    shapes: dict[str, Shape] = {}
    for file, signature in signatures.items():
        if signature not in shapes:
            shapes[signature] = _shape(connection, file)
    rows = {str(file): int(count) for file, count, _ in metadata}
    return Footers({file: shapes[signature] for file, signature in signatures.items()}, rows, failures)


def _signatures(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> dict[str, str]:
    """Files with one signature have the same schema, so that only one of them need be described."""
    if not files:
        return {}
    sql = f"SELECT file_name, (bit_xor({_SIGNED}), count(*)) FROM parquet_schema(?) GROUP BY file_name"
    found = dict(connection.execute(sql, [list(files)]).fetchall())
    return {file: str(found[file]) for file in files}


def _shape(connection: duckdb.DuckDBPyConnection, file: str) -> Shape:
    relation = connection.sql(f"FROM read_parquet({quote_text(file)}, hive_partitioning = false)")
    columns = tuple((name, type_of(kind)) for name, kind in zip(relation.columns, relation.types, strict=True))
    sql = "SELECT num_children FROM parquet_schema(?) ORDER BY column_id"
    children = [int(row[0] or 0) for row in connection.execute(sql, [file]).fetchall()]
    return Shape(columns, _leaves(children, len(columns)))


def _leaves(children: list[int], columns: int) -> tuple[int | None, ...]:
    """Of the schema, flattened with each element's number of children, the root's first."""
    leaves: list[int | None] = []
    at, leaf = 1, 0
    while at < len(children):
        leaves.append(None if children[at] else leaf)
        end = _end(children, at)
        leaf += sum(1 for count in children[at:end] if not count)
        at = end
    return tuple(leaves) if len(leaves) == columns else (None,) * columns


def _end(children: list[int], at: int) -> int:
    """Where the element that begins at `at` ends, with all that is in it."""
    left = 1
    while left:
        left += children[at] - 1
        at += 1
    return at


def read_statistics(
    connection: duckdb.DuckDBPyConnection, groups: Mapping[int, Iterable[str]]
) -> dict[tuple[int, int], Statistics]:
    """By group of files and leaf. Raises duckdb.Error."""
    members = [(file, group) for group, files in groups.items() for file in files]
    if not members:
        return {}
    sql = """
        WITH member AS (SELECT unnest(?::VARCHAR[]) AS file_name, unnest(?::INTEGER[]) AS grouped),
             entry AS (
                SELECT grouped, column_id, num_values, stats_null_count, stats_min_value AS low,
                       stats_max_value AS high,
                       (coalesce(min_is_exact, true) AND coalesce(max_is_exact, true) AND low IS NOT NULL)
                           OR stats_null_count = num_values AS told
                FROM parquet_metadata(?) JOIN member USING (file_name) WHERE num_values > 0)
        SELECT grouped, column_id, bool_and(told),
               arg_min(low, {'d': try_cast(low AS DOUBLE), 'e': try_cast(low AS DECIMAL(38, 9))}),
               arg_max(high, {'d': coalesce(try_cast(high AS DOUBLE), '-inf'), 'e': try_cast(high AS DECIMAL(38, 9))}),
               min(low), max(high),
               CASE WHEN bool_and(stats_null_count IS NOT NULL) THEN sum(stats_null_count)::BIGINT END,
               sum(num_values)::BIGINT
        FROM entry GROUP BY grouped, column_id"""
    files = [file for file, _ in members]
    rows = connection.execute(sql, [files, [group for _, group in members], files]).fetchall()
    unknown = (None, None)
    return {
        (row[0], row[1]): Statistics(row[3:5] if row[2] else unknown, row[5:7] if row[2] else unknown, row[7], row[8])
        for row in rows
    }
