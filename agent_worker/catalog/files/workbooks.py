"""Workbooks of a folder: each of their sheets is a table."""

import zipfile
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from agent_worker.catalog.files.layout import Source
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.engine.settings import create_view, quote_name
from agent_worker.engine.sheets import NotASheet, error_cells, read_sheet, sheet_names
from bus.contract.catalog import CatalogColumn, CatalogTable, SheetReading

_NUMBERED = "its columns are called column0, column1 and so on"


def sheet_sources(books: Sequence[Source]) -> tuple[list[Source], list[str]]:
    """A source for each sheet of the workbooks, and a sentence for each workbook that cannot be read."""
    sources, warnings = [], []
    for book in books:
        (file,) = book.files
        try:
            names = sheet_names(file)
        except NotASheet as reason:
            warnings.append(f"Table {book.stem} is left out: {file}: {reason}")
            continue
        for name in names:
            sources.append(Source(book.stem if len(names) == 1 else f"{book.stem}_{name}", book.files, sheet=name))
        try:
            errors = error_cells(file)
        except (zipfile.BadZipFile, OSError):
            errors = 0  # another kind of workbook
        if errors:
            warnings.append(f"{file} has {errors} cells with an error, as #N/A: they are NULL.")
    return sources, warnings


def read_sheets(
    connection: duckdb.DuckDBPyConnection,
    named: Mapping[str, Source],
    options: Mapping[str, FileOptions],
) -> tuple[list[CatalogTable], list[str]]:
    """The tables, each in the connection under its name, and a sentence for each that cannot be read or has no
    header row."""
    tables, warnings = [], []
    for name, source in named.items():
        given = options.get(name, FileOptions())
        (file,) = source.files
        try:
            cells, header = read_sheet(file, source.sheet, given.header, given.skip or 0)
        except NotASheet as reason:
            warnings.append(f"Table {name} is left out: {file}: {reason}")
            continue
        if not header:
            warnings.append(f"Table {name}: {file}: sheet {source.sheet} begins with no header: {_NUMBERED}.")
        reading = SheetReading(source.sheet, header, given.skip or 0)
        table = CatalogTable(name, (), cells.num_rows, source.files, sheet=reading)
        create_view(connection, table)
        tables.append(_with_columns(connection, table, cells))
    return tables, warnings


def _with_columns(connection: duckdb.DuckDBPyConnection, table: CatalogTable, cells: pa.Table) -> CatalogTable:
    relation = connection.sql(f"FROM {quote_name(table.name)}")
    columns = []
    for name, kind, values in zip(relation.columns, relation.types, cells.columns, strict=True):
        column = quote_name(name)
        asked = f"SELECT min({column})::VARCHAR, max({column})::VARCHAR FROM {quote_name(table.name)}"
        ((low, high),) = connection.execute(asked).fetchall()
        columns.append(CatalogColumn(name, str(kind), pc.count(values, mode="only_null").as_py(), None, low, high))
    return CatalogTable(table.name, tuple(columns), table.row_count, table.files, sheet=table.sheet)
