"""What the files' footers say, read for all files at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa

from agent_worker.catalog.files.parquet_leaves import (
    Element,
    alike,
    arrow_types,
    columns_with,
    leaves_of,
    rounded,
    with_units,
)
from agent_worker.catalog.types.engine_types import MAX_DEPTH, MAX_DIGITS, Type, type_of
from agent_worker.engine.settings import quote_text
from agent_worker.remote.failures import remote_failure

MAX_ENTRIES = 1_000_000
"""Columns times files: beyond that, extremes are left unknown rather than waited for (1,000,000 take about 15 s)."""
_SIGNED = """hash(column_id, name, type, type_length, repetition_type, num_children, converted_type, scale, precision,
               logical_type)"""
_INT96 = "INT96"
_COARSE = "parquet-mr"
"""Spark's writer, whose times have no nanoseconds."""


class Statistics(msgspec.Struct, frozen=True):
    """What is known of one column in some files: its extremes in two orders, as numbers and as texts, because which one
    is right depends on the type; its nulls, and how many values there are with them. None where a writer left it out or
    cut it short."""

    numbers: tuple[str | None, str | None]
    texts: tuple[str | None, str | None]
    nulls: int | None
    values: int

    @property
    def empty(self) -> bool:
        return self.nulls == self.values


class Shape(msgspec.Struct, frozen=True):
    """Columns with their types, in order. `leaves` are the places of those that are not nested among the leaves of
    the file's own schema; `alike` are two names that the engine has told apart by a number; `without` are columns that
    it would change the values of, which are left out; `remarks` are sentences about what it reads otherwise; `in_utc`
    are moments that the file has without a zone, and that are in this one."""

    columns: tuple[tuple[str, Type], ...]
    leaves: tuple[int | None, ...]
    alike: tuple[str, str] | None = None
    without: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    in_utc: frozenset[str] = frozenset()


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
    except (duckdb.Error, RecursionError) as error:
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
    if isinstance(error, RecursionError):
        return f"its values are nested more than {MAX_DEPTH} levels deep"
    text = remote_failure(str(error)) or str(error).splitlines()[0]
    if "encrypt" in text.lower() or "decrypt" in text.lower():
        return "it is encrypted, and there is no key for it here"
    if text.startswith("Footer length error"):
        return "the length of its footer, in its last eight bytes, is not one that it can have: it is damaged"
    if "No magic bytes" in text:
        return "it does not end as a Parquet file: it is cut short, still being written, or something else"
    if text.startswith("Out of Memory"):
        return f"reading it takes more memory than a worker has: {text}"
    return text


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> Footers:
    sql = "SELECT file_name, num_rows, encryption_algorithm, created_by FROM parquet_file_metadata(?)"
    metadata = connection.execute(sql, [list(files)]).fetchall()
    failures = {str(row[0]): "it is encrypted, and there is no key for it here" for row in metadata if row[2]}
    open_files = [file for file in files if file not in failures]
    writers = {str(row[0]): str(row[3]) for row in metadata}
    shapes: dict[str, Shape] = {}
    of_files: dict[str, Shape] = {}
    durations = _durations(connection, open_files)
    for file, signature in _signatures(connection, open_files).items():
        in_whole = _COARSE in writers[file]
        label = f"{signature} {in_whole} {durations.get(file)}"
        if label not in shapes:
            shapes[label] = _shape(connection, file, durations.get(file, {}), in_whole)
        of_files[file] = shapes[label]
        if not shapes[label].columns:
            failures[file] = "; ".join(shapes[label].remarks)
    rows = {str(row[0]): int(row[1]) for row in metadata}
    return Footers(of_files, rows, failures)


def _signatures(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> dict[str, str]:
    """Files with one signature have the same schema, so that only one of them need be described."""
    if not files:
        return {}
    sql = f"SELECT file_name, (bit_xor({_SIGNED}), count(*)) FROM parquet_schema(?) GROUP BY file_name"
    found = dict(connection.execute(sql, [list(files)]).fetchall())
    return {file: str(found[file]) for file in files}


def _durations(connection: duckdb.DuckDBPyConnection, files: Sequence[str]) -> dict[str, dict[str, pa.DataType]]:
    """The Arrow types of the columns with durations, which the engine takes for whole numbers."""
    if not files:
        return {}
    sql = "SELECT file_name, value FROM parquet_kv_metadata(?) WHERE key = 'ARROW:schema'"
    types = {str(file): arrow_types(written) for file, written in connection.execute(sql, [list(files)]).fetchall()}
    return {file: found for file, found in types.items() if found}


def _shape(
    connection: duckdb.DuckDBPyConnection, file: str, durations: Mapping[str, pa.DataType], in_whole: bool
) -> Shape:
    """`in_whole`: the writer's times have no nanoseconds."""
    relation = connection.sql(f"FROM read_parquet({quote_text(file)}, hive_partitioning = false)")
    sql = "SELECT name, coalesce(type, ''), coalesce(num_children, 0), coalesce(precision, 0) FROM parquet_schema(?)"
    elements = [Element(*row) for row in connection.execute(f"{sql} ORDER BY column_id", [file]).fetchall()]
    leaves, names = leaves_of(elements), list(relation.columns)
    if len(leaves) != len(names):
        leaves, elements = [()] * len(names), []
    told = rounded(elements)
    kept = [place for place in range(len(names)) if place not in told]
    types = [with_units(type_of(kind), durations.get(name, pa.null())) for name, kind in _typed(relation)]
    fine = [] if in_whole else [names[place] for place, _ in columns_with(elements, _INT96) if place in kept]
    remarks = [f"column {names[place]} is left out: {reason}" for place, reason in told.items()]
    remarks += [f"column {name} is {_INT96}, of which the engine reads whole microseconds" for name in fine]
    return Shape(
        tuple((names[place], types[place]) for place in kept),
        tuple(leaves[place][0] if not types[place].of and len(leaves[place]) == 1 else None for place in kept),
        alike(elements),
        tuple(names[place] for place in told),
        tuple(remarks),
    )


def _typed(relation: duckdb.DuckDBPyRelation) -> Iterable[tuple[str, Any]]:
    return zip(relation.columns, relation.types, strict=True)


def read_statistics(
    connection: duckdb.DuckDBPyConnection, groups: Mapping[int, Iterable[str]]
) -> dict[tuple[int, int], Statistics]:
    """The statistics of the files' footers, by group of files and leaf. Raises duckdb.Error."""
    members = [(file, group) for group, files in groups.items() for file in files]
    if not members:
        return {}
    sql = f"""
        WITH member AS (SELECT unnest(?::VARCHAR[]) AS file_name, unnest(?::INTEGER[]) AS grouped),
             entry AS (
                SELECT grouped, column_id, num_values, stats_null_count, stats_min_value AS low,
                       stats_max_value AS high,
                       (coalesce(min_is_exact, true) AND coalesce(max_is_exact, true) AND low IS NOT NULL)
                           OR stats_null_count = num_values AS told
                FROM parquet_metadata(?) JOIN member USING (file_name) WHERE num_values > 0)
        SELECT grouped, column_id, bool_and(told),
               arg_min(low, (try_cast(low AS DOUBLE), {_exactly("low")})),
               arg_max(high, (coalesce(try_cast(high AS DOUBLE), '-inf'), {_exactly("high")})),
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


def _exactly(text: str) -> str:
    """Decimals in their order, however many digits they have."""
    digits = f"try_cast(rpad(split_part({text}, '.', 2), {MAX_DIGITS}, '0') AS HUGEINT)"
    signed = f"CASE WHEN {text} LIKE '-%' THEN -{digits} ELSE {digits} END"
    return f"(try_cast(split_part({text}, '.', 1) AS HUGEINT), {signed})"
