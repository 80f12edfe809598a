"""Columns, types, row counts and extremes of tables, from the files' footers alone."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import msgspec

from agent_worker.catalog.columns import column_of
from agent_worker.catalog.files.footers import (
    MAX_ENTRIES,
    Footers,
    Shape,
    Statistics,
    read_footers,
    read_statistics,
    why,
)
from agent_worker.catalog.files.formats import text_format
from agent_worker.catalog.files.layout import Source
from agent_worker.catalog.files.partitions import keys_of, type_of_values
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.text.reading import RowReader, TextFile
from agent_worker.catalog.files.text.statistics import overall_statistics
from agent_worker.catalog.files.text.text_files import Texts, add_text_files, read_texts, remarks
from agent_worker.catalog.parts.declared import Declared, as_declared, unlike_declared, with_zones
from agent_worker.catalog.parts.merged_columns import FileGroup, MergedColumn, TypeDifference, unite
from agent_worker.catalog.remarks import of_day_orders, of_differences, of_hidden, of_shapes, unclear_names
from agent_worker.catalog.types.engine_types import NULL, Type, type_of
from agent_worker.engine.settings import create_view, quote_name, read_files
from bus.contract.catalog import CatalogTable, LeftOut


def read_tables(
    connection: duckdb.DuckDBPyConnection,
    named: Mapping[str, Source],
    options: Mapping[str, FileOptions],
) -> tuple[list[CatalogTable], list[LeftOut]]:
    """The readable tables, each with a sentence for what differs in its files, and the others.

    A table with one bad part is left out as a whole. `options` are by table."""
    footers = read_footers(
        connection, [file for source in named.values() for file in source.files if not text_format(file)]
    )
    texts: dict[str, TextFile | str] = {}
    for name, source in named.items():
        texts |= read_texts(connection, source.files, options.get(name, FileOptions()))
    add_text_files(footers, texts)
    left_out: list[LeftOut] = []
    grouped: list[tuple[str, list[FileGroup]]] = []
    declared = {name: _declared(connection, source) for name, source in named.items()}
    for name, source in named.items():
        if failed := [file for file in source.files if file in footers.failures]:
            why_not = f"Table {name} is left out: {failed[0]}: {footers.failures[failed[0]]}"
            left_out.append(LeftOut(name, why_not))
        elif unclear := unclear_names({file: footers.shapes[file] for file in source.files}):
            left_out.append(LeftOut(name, f"Table {name} is left out: {unclear}"))
        else:
            grouped.append((name, _groups(source, footers, texts, declared[name])))
    tables = []
    for name, groups in _with_statistics(connection, grouped):
        try:
            table, differences = _read_table(connection, name, groups, declared[name])
        except duckdb.Error as error:
            left_out.append(LeftOut(name, f"Table {name} is left out ({groups[0].files[0]}): {why(error)}"))
            continue
        if unlike := unlike_declared(differences, declared[name]):
            left_out.append(LeftOut(name, f"Table {name} is left out: {unlike}"))
        else:
            said = [*remarks(named[name].files, texts), *of_shapes(groups), *of_hidden(groups)]
            said += [*of_day_orders(groups), *of_differences(groups, differences)]
            told = tuple(f"Table {name}: {remark}." for remark in said)
            tables.append(msgspec.structs.replace(table, as_of=named[name].as_of, remarks=told))
    return tables, left_out


def _declared(connection: duckdb.DuckDBPyConnection, source: Source) -> Declared:
    """The columns that a table's own log declares, in the engine's types; none for a table without a log."""
    if source.declared is None:
        return ()
    relation = connection.from_arrow(source.declared.empty_table())
    return [(name, type_of(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]


def _groups(source: Source, footers: Footers, texts: Texts, declared: Declared) -> list[FileGroup]:
    """The files of the table, those together that have the same columns and keys and are read alike."""
    kinds = _key_types(source)
    found = {file: one for file in source.files if isinstance(one := texts.get(file), TextFile)}
    members: dict[tuple[Shape, tuple[str, ...], RowReader | None], list[int]] = {}
    for at, file in enumerate(source.files):
        names = tuple(name for name, _ in source.keys[at])
        reading = found[file].reading if file in found else None
        members.setdefault((footers.shapes[file], names, reading), []).append(at)
    return [
        FileGroup(
            tuple(source.files[at] for at in places),
            sum(footers.rows[source.files[at]] for at in places),
            with_zones(shape, declared) if declared else shape,
            tuple((name, kinds[name]) for name in names),
            statistics=overall_statistics([found[source.files[at]] for at in places]) if reading else {},
            values=tuple(source.keys[at] for at in places),
            rows_of=tuple(footers.rows[source.files[at]] for at in places),
            reading=reading,
        )
        for (shape, names, reading), places in members.items()
    ]


def _key_types(source: Source) -> dict[str, Type]:
    values: dict[str, dict[str, None]] = {}
    for keys in source.keys:
        for name, value in keys:
            values.setdefault(name, {}).update({value: None} if value is not None else {})
    return {name: source.key_types.get(name) or type_of_values(found) for name, found in values.items()}


def _with_statistics(
    connection: duckdb.DuckDBPyConnection, grouped: list[tuple[str, list[FileGroup]]]
) -> list[tuple[str, list[FileGroup]]]:
    """One look for all tables; those with too many columns times files go without."""
    numbered = [group for _, groups in grouped for group in groups]
    bounded = {
        at: group.files
        for at, group in enumerate(numbered)
        if group.reading is None and len(group.files) * len(group.shape.columns) <= MAX_ENTRIES
    }
    try:
        found = read_statistics(connection, bounded)
    except duckdb.Error:  # what a footer says of its values may be broken where its schema is not
        found = {}
    by_group: dict[int, dict[int, Statistics]] = {}
    for (at, leaf), statistics in found.items():
        by_group.setdefault(at, {})[leaf] = statistics
    full = iter(
        group
        if group.reading
        else msgspec.structs.replace(
            group,
            statistics={
                place: _in_zone(group.shape, place, by_group[at][leaf])
                for place, leaf in enumerate(group.shape.leaves)
                if leaf is not None and leaf in by_group.get(at, {})
            },
        )
        for at, group in enumerate(numbered)
    )
    return [(name, [next(full) for _ in groups]) for name, groups in grouped]


def _in_zone(shape: Shape, place: int, found: Statistics) -> Statistics:
    """The column's statistics with the zone that the file's writer has not said, where it is UTC."""
    if shape.columns[place][0] not in shape.in_utc:
        return found
    low, high = (None if text is None else f"{text}+00" for text in found.texts)
    return msgspec.structs.replace(found, texts=(low, high))


def _read_table(
    connection: duckdb.DuckDBPyConnection, name: str, groups: list[FileGroup], declared: Declared
) -> tuple[CatalogTable, list[TypeDifference]]:
    columns, differences = unite([_without(groups, group) for group in groups])
    columns = as_declared(columns, declared) if declared else columns
    columns = [_not_nothing(column, groups) for column in columns]
    partitions = tuple(dict.fromkeys(key for group in groups for key, _ in group.keys))
    own = groups[0].shape.columns + groups[0].keys
    unlike = declared and ([(one.name, one.type) for one in columns] != [*own] or groups[0].shape.in_utc)
    shadowed = any(key.lower() == column.lower() for key in partitions for column, _ in groups[0].shape.columns)
    beyond = partitions and len(keys_of(Path(groups[0].files[0]).parts[:-1])) > len(groups[0].keys)
    sql = (
        ""
        if len(groups) == 1 and not (shadowed or beyond or unlike or groups[0].reading or groups[0].shape.without)
        else " UNION ALL ".join(_select(number, group, columns) for number, group in enumerate(groups))
    )
    described = tuple(column_of(connection, column, groups) for column in columns)
    files = tuple(file for group in groups for file in group.files)
    table = CatalogTable(name, described, sum(group.rows for group in groups), files, partitions, sql)
    if sql:
        create_view(connection, table)  # the engine may refuse what it has not seen of the files
    return table, differences


def _without(groups: list[FileGroup], group: FileGroup) -> FileGroup:
    """The group without the columns that are left out of any: NULL in their place would be wrong."""
    names = {name.lower() for one in groups for name in one.shape.without}
    kept = [place for place, (name, _) in enumerate(group.shape.columns) if name.lower() not in names]
    if len(kept) == len(group.shape.columns):
        return group
    columns = tuple(group.shape.columns[place] for place in kept)
    statistics = {at: group.statistics[place] for at, place in enumerate(kept) if place in group.statistics}
    shape = msgspec.structs.replace(group.shape, columns=columns)
    return msgspec.structs.replace(group, shape=shape, statistics=statistics)


def _select(number: int, group: FileGroup, columns: list[MergedColumn]) -> str:
    shown = ", ".join(f"{_expression(number, group, column)} AS {quote_name(column.name)}" for column in columns)
    hive_types = {name: str(kind) for name, kind in group.keys}
    if group.reading is None:
        return f"SELECT {shown} FROM {read_files(group.files, hive_types)}"
    texts = [column for column in columns if column.type.name == "VARCHAR"]
    as_text = (one.name for column in texts for one in column.found if one.group == number)
    return f"SELECT {shown} FROM {group.reading.rows(group.files, hive_types, frozenset(as_text))}"


def _not_nothing(column: MergedColumn, groups: list[FileGroup]) -> MergedColumn:
    """The column as one of empty texts where it is of a text file and has no value at all."""
    of_text = any(groups[found.group].reading for found in column.found)
    return msgspec.structs.replace(column, type=Type("VARCHAR")) if column.type.name == NULL and of_text else column


def _expression(number: int, group: FileGroup, column: MergedColumn) -> str:
    for found in column.found:
        if found.group == number:
            name = quote_name(found.name)
            if found.name in group.shape.in_utc:
                return f"timezone('UTC', {name})"
            return name if str(found.type) == str(column.type) else f"CAST({name} AS {column.type})"
    return "NULL" if column.type.name == NULL else f"CAST(NULL AS {column.type})"
