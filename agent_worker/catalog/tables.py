"""Columns, types, row counts and extremes of tables, from the files' footers alone."""

from collections.abc import Sequence

import duckdb
import msgspec

from agent_worker.catalog.files.footers import (
    MAX_ENTRIES,
    Footers,
    Shape,
    Statistics,
    read_footers,
    read_statistics,
    why,
)
from agent_worker.catalog.files.layout import Source
from agent_worker.catalog.files.partitions import type_of_values
from agent_worker.catalog.types.column_kinds import WHOLE
from agent_worker.catalog.types.engine_types import NULL, Type
from agent_worker.catalog.types.unite import Column, Difference, Group, Occurrence, unite
from agent_worker.engine.settings import create_view, quote_name, quote_text, read_files
from bus.contract.catalog import CatalogColumn, CatalogTable

MAX_EXTREME_CHARS = 100
MAX_NAMED = 3

_REAL = ("FLOAT", "DOUBLE", "DECIMAL")
_ORDERED_AS_TEXT = ("DATE", "TIME", "VARCHAR", "BOOLEAN")


def read_tables(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], sources: Sequence[Source]
) -> tuple[list[CatalogTable], list[str]]:
    """The readable tables, each with a view of its name in the connection, and a sentence for each that is not and
    for each whose files differ. A table with one bad part is left out as a whole."""
    footers = read_footers(connection, [file for source in sources for file in source.files])
    warnings: list[str] = []
    grouped: list[tuple[str, list[Group]]] = []
    for name, source in zip(names, sources, strict=True):
        if failed := [file for file in source.files if file in footers.failures]:
            warnings.append(f"Table {name} is left out: {failed[0]}: {footers.failures[failed[0]]}")
        else:
            grouped.append((name, _groups(source, footers)))
    tables = []
    for name, groups in _with_statistics(connection, grouped):
        try:
            table, differences = _read_table(connection, name, groups)
        except duckdb.Error as error:
            warnings.append(f"Table {name} is left out ({groups[0].files[0]}): {why(error)}")
        else:
            tables.append(table)
            warnings += [_in_words(name, groups, difference) for difference in differences]
    return tables, warnings


def _groups(source: Source, footers: Footers) -> list[Group]:
    """The files of the table, those together that have the same columns and keys."""
    kinds = _key_types(source)
    members: dict[tuple[Shape, tuple[str, ...]], list[int]] = {}
    for at, file in enumerate(source.files):
        names = tuple(name for name, _ in source.keys[at])
        members.setdefault((footers.shapes[file], names), []).append(at)
    return [
        Group(
            tuple(source.files[at] for at in places),
            sum(footers.rows[source.files[at]] for at in places),
            shape,
            tuple((name, kinds[name]) for name in names),
            values=tuple(source.keys[at] for at in places),
            rows_of=tuple(footers.rows[source.files[at]] for at in places),
        )
        for (shape, names), places in members.items()
    ]


def _key_types(source: Source) -> dict[str, Type]:
    values: dict[str, dict[str, None]] = {}
    for keys in source.keys:
        for name, value in keys:
            values.setdefault(name, {}).update({value: None} if value is not None else {})
    return {name: source.key_types.get(name) or type_of_values(found) for name, found in values.items()}


def _with_statistics(
    connection: duckdb.DuckDBPyConnection, grouped: list[tuple[str, list[Group]]]
) -> list[tuple[str, list[Group]]]:
    """One look for all tables; those with too many columns times files go without."""
    numbered = [group for _, groups in grouped for group in groups]
    bounded = {
        at: group.files
        for at, group in enumerate(numbered)
        if len(group.files) * len(group.shape.columns) <= MAX_ENTRIES
    }
    try:
        found = read_statistics(connection, bounded)
    except duckdb.Error:  # what a footer says of its values may be broken where its schema is not
        found = {}
    by_group: dict[int, dict[int, Statistics]] = {}
    for (at, leaf), statistics in found.items():
        by_group.setdefault(at, {})[leaf] = statistics
    full = iter(
        msgspec.structs.replace(
            group,
            statistics={
                place: by_group[at][leaf]
                for place, leaf in enumerate(group.shape.leaves)
                if leaf is not None and leaf in by_group.get(at, {})
            },
        )
        for at, group in enumerate(numbered)
    )
    return [(name, [next(full) for _ in groups]) for name, groups in grouped]


def _read_table(
    connection: duckdb.DuckDBPyConnection, name: str, groups: list[Group]
) -> tuple[CatalogTable, list[Difference]]:
    columns, differences = unite(groups)
    partitions = tuple(dict.fromkeys(key for group in groups for key, _ in group.keys))
    shadowed = any(key.lower() == column.lower() for key in partitions for column, _ in groups[0].shape.columns)
    sql = (
        ""
        if len(groups) == 1 and not shadowed
        else " UNION ALL ".join(_select(number, group, columns) for number, group in enumerate(groups))
    )
    described = tuple(_column(connection, column, groups) for column in columns)
    files = tuple(file for group in groups for file in group.files)
    table = CatalogTable(name, described, sum(group.rows for group in groups), files, partitions, sql)
    create_view(connection, table)
    return table, differences


def _select(number: int, group: Group, columns: list[Column]) -> str:
    shown = ", ".join(f"{_expression(number, column)} AS {quote_name(column.name)}" for column in columns)
    return f"SELECT {shown} FROM {read_files(group.files, {name: str(kind) for name, kind in group.keys})}"


def _expression(number: int, column: Column) -> str:
    for found in column.found:
        if found.group == number:
            name = quote_name(found.name)
            return name if str(found.type) == str(column.type) else f"CAST({name} AS {column.type})"
    return "NULL" if column.type.name == NULL else f"CAST(NULL AS {column.type})"


def _in_words(table: str, groups: list[Group], difference: Difference) -> str:
    where = ", ".join(f"{kind} in {_named(groups, of)}" for kind, of in difference.types)
    if len(difference.columns) == 1:
        column = difference.columns[0]
        return f"Table {table}: {difference.name} is {where}; it is read as {column.type}, which holds all values."
    names = ", ".join(column.name for column in difference.columns)
    return f"Table {table}: {difference.name} is {where}; no type holds both, so it is split into {names}."


def _named(groups: list[Group], numbers: tuple[int, ...]) -> str:
    files = [file for number in numbers for file in groups[number].files]
    return ", ".join(files[:MAX_NAMED]) + (f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else "")


def _column(connection: duckdb.DuckDBPyConnection, column: Column, groups: list[Group]) -> CatalogColumn:
    """With its nulls and extremes over all parts, where all of them tell."""
    kind = str(column.type)
    if all(found.statistics is None and _is_key(found, groups) for found in column.found):
        return _key_column(column, groups)
    filled = [found for found in column.found if not found.empty]
    known = [found.statistics for found in filled]
    told = [statistics for statistics in known if statistics is not None]
    if len(told) < len(known) or any(statistics.nulls is None for statistics in told):
        return CatalogColumn(column.name, kind)
    elsewhere = sum(groups[number].rows for number in range(len(groups)) if number not in {one.group for one in filled})
    nulls = sum(statistics.nulls or 0 for statistics in told) + elsewhere
    low, high = _extremes(connection, kind, filled)
    return CatalogColumn(column.name, kind, nulls, None, low, high)


def _extremes(
    connection: duckdb.DuckDBPyConnection, kind: str, filled: list[Occurrence]
) -> tuple[str | None, str | None]:
    """Smallest and largest; unknown where a writer has cut them short or left them out."""
    numeric = kind.startswith((*WHOLE, *_REAL))
    if not filled or kind.endswith("]") or not (numeric or kind.startswith(_ORDERED_AS_TEXT)):
        return None, None
    if kind == "VARCHAR" and any(str(found.type) != kind for found in filled):
        return None, None  # the smallest number is not the first text
    pairs = [found.statistics.numbers if numeric else found.statistics.texts for found in filled if found.statistics]
    if len(pairs) > 1 and all(text is not None for pair in pairs for text in pair):
        pairs = [_overall(connection, kind, [text for pair in pairs for text in pair if text is not None])]
    low, high = pairs[0] if len(pairs) == 1 else (None, None)
    return (None, None) if max(len(low or ""), len(high or "")) > MAX_EXTREME_CHARS else (low, high)


def _overall(connection: duckdb.DuckDBPyConnection, kind: str, texts: list[str]) -> tuple[str | None, str | None]:
    listed = ", ".join(f"({quote_text(text)})" for text in texts)
    sql = f"SELECT min(CAST(v AS {kind}))::VARCHAR, max(CAST(v AS {kind}))::VARCHAR FROM (VALUES {listed}) t(v)"
    low, high = connection.execute(sql).fetchall()[0]
    return low, high


def _is_key(found: Occurrence, groups: list[Group]) -> bool:
    return any(name == found.name for name, _ in groups[found.group].keys)


def _key_column(column: Column, groups: list[Group]) -> CatalogColumn:
    """Its values stand in the folders' names, so they cost nothing."""
    names = {(found.group, found.name) for found in column.found}
    values: dict[str, None] = {}
    nulls = 0
    for number, group in enumerate(groups):
        for keys, rows in zip(group.values, group.rows_of, strict=True):
            value = next((value for name, value in keys if (number, name) in names), None)
            if value is None:
                nulls += rows
            else:
                values[value] = None
    kind = str(column.type)
    ordered = sorted(values, key=int) if kind in WHOLE else sorted(values)
    low, high = (ordered[0], ordered[-1]) if ordered else (None, None)
    if kind in WHOLE and low is not None and high is not None:
        low, high = str(int(low)), str(int(high))
    return CatalogColumn(column.name, kind, nulls, len(ordered), low, high, tuple(ordered) if kind == "VARCHAR" else ())
