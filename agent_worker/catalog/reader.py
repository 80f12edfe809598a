"""Puts the catalog together."""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb
from msgspec import structs

from agent_worker.catalog.description import read_description, read_file_options
from agent_worker.catalog.files.delta import delta_source
from agent_worker.catalog.files.iceberg import iceberg_source
from agent_worker.catalog.files.lakes import NotReadable
from agent_worker.catalog.files.layout import CatalogError, Lake, Source
from agent_worker.catalog.files.text.options import FileOptions
from agent_worker.catalog.files.workbooks import read_sheets, sheet_sources
from agent_worker.catalog.names import table_names
from agent_worker.catalog.profile.profiler import Time, look_into
from agent_worker.catalog.source_folder import LocalFolder, SourceFolder
from agent_worker.catalog.tables import read_tables
from agent_worker.catalog.version import reader_version
from bus.contract.catalog import Catalog, CatalogTable, LeftOut
from bus.contract.data_place import a_lake

READ_S = 10.0
"""What reading a catalog may take in all, as far as looking into the data can be bounded."""
LEAST_LOOKS_S = 1.0
"""The least time for looks that an earlier reading had no time for, where somebody waits for their answer."""


def read_catalog(
    folder: Path | SourceFolder,
    *,
    connection: duckdb.DuckDBPyConnection,
    known: Catalog | None = None,
    looks_s: float = LEAST_LOOKS_S,
) -> Catalog:
    """The catalog of a folder of files of data.

    `connection` may read the folder and is not locked. Row counts and extremes come from the footers, of text files
    from all of them; looking for values and keys is bounded by time, and what was left out is said in `warnings`. Of
    the catalog that is `known`, tables whose files are as they were are taken as they are; `looks_s` is the time for
    what an earlier reading had none for.
    Raises CatalogError for the folder and DescriptionError for the file beside the data.
    """
    started = time.monotonic()
    place = LocalFolder(folder) if isinstance(folder, Path) else folder
    found_state = place.fingerprint()  # before the look: what changes meanwhile makes this catalog an old one
    found = place.find()
    lakes, unread_lakes = _lakes(found.lakes)
    sheets, unread_books = sheet_sources(found.books)
    sources = sorted([*found.sources, *lakes, *sheets], key=lambda one: place.is_own(one.files))  # take names last
    names, renamed = table_names([source.stem for source in sources], _reserved(connection))
    named = dict(zip(names, sources, strict=True))
    of_books = [name for name, source in named.items() if source.sheet]
    options = read_file_options(place.description, names, of_books)
    states = {name: _state(place, source, options.get(name)) for name, source in named.items()}
    same = {table.name: table for table in known.tables if table.state == states.get(table.name)} if known else {}
    fresh, unread = _read(connection, {name: one for name, one in named.items() if name not in same}, options)
    fresh = [_with_state(place, one, states[one.name]) for one in fresh]
    left_out = [*found.left_out, *unread_lakes, *unread_books, *unread]
    warnings = [*found.warnings, *(one.why for one in left_out), *renamed]
    read = {table.name: table for table in fresh} | same
    tables = [read[name] for name in names if name in read]
    if not tables:
        raise CatalogError(f"{place} holds no readable table. " + " ".join(warnings))
    description = read_description(place.description, tables)
    seen = look_into(connection, Time(started + READ_S, looks_s), tables, known, description)
    warnings += [remark for table in seen.tables for remark in table.remarks] + seen.warnings
    return Catalog(tuple(seen.tables), tuple(seen.keys), description, tuple(warnings), found_state, tuple(left_out))


def _with_state(place: SourceFolder, table: CatalogTable, state: str) -> CatalogTable:
    files = table.files
    return structs.replace(table, state=state, versions=place.versions(files), own=place.is_own(files))


def _read(
    connection: duckdb.DuckDBPyConnection,
    named: Mapping[str, Source],
    options: Mapping[str, FileOptions],
) -> tuple[list[CatalogTable], list[LeftOut]]:
    """The tables that can be read, and the others."""
    plain = {name: source for name, source in named.items() if not source.sheet}
    tables, unread = read_tables(connection, plain, options)
    of_sheets, unread_sheets = read_sheets(connection, {n: named[n] for n in named.keys() - plain.keys()}, options)
    return [*tables, *of_sheets], [*unread, *unread_sheets]


def _state(place: SourceFolder, source: Source, options: FileOptions | None) -> str:
    """Changes with the table's files, of which its first word tells, and with how they are read and by what."""
    lines = map(repr, (reader_version(), options, source.sheet, source.as_of, source.keys))
    return f"{place.state(source.files)} {hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:32]}"


def _lakes(lakes: list[Lake]) -> tuple[list[Source], list[LeftOut]]:
    """The tables with a log of their own that can be read by it, and the others."""
    sources, left_out = [], []
    for lake in lakes:
        try:
            sources.append(_READERS.get(lake.kind, _unknown)(lake))
        except NotReadable as reason:
            why = (
                f"Table {lake.stem} is left out: {lake.root} is {a_lake(lake.kind)} table, whose own log says which "
                f"files and rows count, and reading its Parquet files as they lie would count removed ones; {reason}."
            )
            left_out.append(LeftOut(lake.stem, why))
    return sources, left_out


def _unknown(lake: Lake) -> Source:
    raise NotReadable("export it to plain Parquet files")


_READERS = {"Delta": delta_source, "Iceberg": iceberg_source}


def _reserved(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    categories = "'reserved', 'type_function'"  # the words of the others may stand where a table does
    sql = f"SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ({categories})"
    return frozenset(str(row[0]).lower() for row in connection.execute(sql).fetchall())
