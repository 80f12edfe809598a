"""Workbooks of a folder: each of their sheets is a table."""

import re
from collections.abc import Mapping, Sequence

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from agent_worker.catalog.files.layout import Source
from agent_worker.catalog.files.text.header import unproven_header
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.engine.settings import create_view, quote_name
from agent_worker.engine.workbooks.sheets import NotASheet, merged_cells, read_sheet, sheet_names, unread
from bus.contract.catalog import CatalogColumn, CatalogTable, LeftOut, SheetReading

_TWICE = "1900-02-28"
_NUMBERED = "its columns are called column0, column1 and so on"


def sheet_sources(books: Sequence[Source]) -> tuple[list[Source], list[LeftOut]]:
    """A source for each sheet of the workbooks, and the workbooks that cannot be read."""
    sources: list[Source] = []
    left_out = []
    for book in books:
        (file,) = book.files
        try:
            names = sheet_names(file)
        except NotASheet as reason:
            left_out.append(LeftOut(book.stem, f"Table {book.stem} is left out: {file}: {reason}"))
            continue
        if not names:
            left_out.append(LeftOut(book.stem, f"Table {book.stem} is left out: {file}: its sheets hold no cells"))
        sources += (
            Source(book.stem if len(names) == 1 else f"{book.stem}_{name}", book.files, sheet=name) for name in names
        )
    return sources, left_out


def read_sheets(
    connection: duckdb.DuckDBPyConnection, named: Mapping[str, Source], options: Mapping[str, FileOptions]
) -> tuple[list[CatalogTable], list[LeftOut]]:
    """The tables, each in the connection under its name, and those that cannot be read."""
    tables, left_out = [], []
    for name, source in named.items():
        try:
            tables.append(_read_sheet(connection, name, source, options.get(name, FileOptions())))
        except NotASheet as reason:
            left_out.append(LeftOut(name, f"Table {name} is left out: {source.files[0]}: {reason}"))
    return tables, left_out


def _read_sheet(connection: duckdb.DuckDBPyConnection, name: str, source: Source, given: FileOptions) -> CatalogTable:
    (file,) = source.files
    cells, header = read_sheet(file, source.sheet, given.header, given.skip or 0)
    remarks = [] if header else [f"sheet {source.sheet} begins with no header: {_NUMBERED}"]
    if header and given.header is None and not _proven(cells):
        remarks.append(f"sheet {source.sheet}: {unproven_header(cells.column_names)}")
    remarks += [*_unread(file, source.sheet), *_no_such_day(source.sheet, cells)]
    told = tuple(f"Table {name}: {file}: {remark}." for remark in remarks)
    reading = SheetReading(source.sheet, header, given.skip or 0)
    table = CatalogTable(name, (), cells.num_rows, source.files, sheet=reading, remarks=told)
    create_view(connection, table)
    return _with_columns(connection, table, cells)


def _proven(cells: pa.Table) -> bool:
    """Do the values show that the first row holds names, as those of a text file do?"""
    texts = [pc.drop_null(values) for values in cells.columns]
    return not cells.num_rows or any(
        values.type != pa.string()
        or (not re.search(r"\d", name) and pc.all(pc.match_substring_regex(values, "[0-9]")).as_py())
        for name, values in zip(cells.column_names, texts, strict=True)
        if len(values)
    )


def _unread(file: str, sheet: str) -> list[str]:
    """What stands in the sheet and is NULL in its table."""
    cells, merged = unread(file, sheet), merged_cells(file, sheet)
    counted = (
        (cells.errors, "cells with an error, as #N/A: they are NULL"),
        (cells.formulas, "formulas without a value, because no program has worked them out: they are NULL"),
        (merged, "merged ranges: the first cell of each has its value, the others are NULL"),
    )
    return [f"sheet {sheet} has {count} {what}" for count, what in counted if count]


def _no_such_day(sheet: str, cells: pa.Table) -> list[str]:
    """Spreadsheets count a 29 February 1900, and the reader makes two numbers one day of it."""
    texts = (pc.cast(values, pa.string()) for values in cells.columns if not pa.types.is_duration(values.type))
    count = sum(pc.sum(pc.starts_with(values, _TWICE)).as_py() or 0 for values in texts)
    told = "dates of 28 February 1900, of which some may stand there as the 29th, a day that there was not"
    return [f"sheet {sheet} has {count} {told}"] if count else []


def _with_columns(connection: duckdb.DuckDBPyConnection, table: CatalogTable, cells: pa.Table) -> CatalogTable:
    relation = connection.sql(f"FROM {quote_name(table.name)}")
    columns = []
    for name, kind, values in zip(relation.columns, relation.types, cells.columns, strict=True):
        column = quote_name(name)
        asked = f"SELECT min({column})::VARCHAR, max({column})::VARCHAR FROM {quote_name(table.name)}"
        ((low, high),) = connection.execute(asked).fetchall()
        columns.append(CatalogColumn(name, str(kind), pc.count(values, mode="only_null").as_py(), None, low, high))
    return msgspec.structs.replace(table, columns=tuple(columns))
