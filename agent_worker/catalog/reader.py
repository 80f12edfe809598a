"""Puts the catalog together."""

from pathlib import Path

import duckdb

from agent_worker.catalog.budget import Budget
from agent_worker.catalog.description import read_description, read_file_options
from agent_worker.catalog.files.delta import delta_source
from agent_worker.catalog.files.iceberg import iceberg_source
from agent_worker.catalog.files.lakes import NotReadable
from agent_worker.catalog.files.layout import DESCRIPTION_FILE, CatalogError, Lake, Source, find_sources, fingerprint
from agent_worker.catalog.files.workbooks import read_sheets, sheet_sources
from agent_worker.catalog.keys import find_keys
from agent_worker.catalog.names import table_names
from agent_worker.catalog.tables import read_tables
from agent_worker.catalog.values import with_values
from bus.contract.catalog import Catalog

KEYS_S = 10.0
VALUES_S = 10.0
EACH_S = 5.0


def read_catalog(folder: Path, *, connection: duckdb.DuckDBPyConnection) -> Catalog:
    """The catalog of a folder of files of data.

    `connection` may read the folder and is not locked; it is left with a view for each table. Row counts and
    extremes come from the footers; looking for values and keys is bounded by time, and what was left out is said in
    `warnings`. Raises CatalogError for the folder and DescriptionError for the file beside the data.
    """
    state = fingerprint(folder)  # before the look: what changes meanwhile makes this catalog an old one
    found = find_sources(folder)
    lakes, left_out = _lakes(found.lakes)
    sheets, unread = sheet_sources(found.books)
    sources = [*found.sources, *lakes, *sheets]
    warnings = [*found.warnings, *left_out, *unread]
    names, renamed = table_names([source.stem for source in sources], _reserved(connection))
    options = read_file_options(folder / DESCRIPTION_FILE, names)
    named = dict(zip(names, sources, strict=True))
    tables, failures = read_tables(connection, {n: source for n, source in named.items() if not source.sheet}, options)
    of_sheets, unread = read_sheets(connection, {n: source for n, source in named.items() if source.sheet}, options)
    tables += of_sheets
    warnings += renamed + failures + unread
    if not tables:
        raise CatalogError(f"{folder} holds no readable table. " + " ".join(warnings))
    description = read_description(folder / DESCRIPTION_FILE, tables)
    keys_budget = Budget(connection, KEYS_S, EACH_S)
    inferred = find_keys(keys_budget, tables)
    declared = {(key.table, key.column) for key in description.keys}
    keys = [*description.keys, *(key for key in inferred if (key.table, key.column) not in declared)]
    referenced = {key.ref_table for key in keys}
    values_budget = Budget(connection, VALUES_S, EACH_S)
    full = [with_values(values_budget, table, referenced=table.name in referenced) for table in tables]
    warnings += sorted(keys_budget.failures | values_budget.failures)
    if missed := keys_budget.missed + values_budget.missed:
        warnings.append(
            f"{missed} looks into the data took longer than {EACH_S:g} s each or {KEYS_S + VALUES_S:g} s in all and "
            f"were left out: some values and join keys are not known. Declare keys in {DESCRIPTION_FILE}."
        )
    return Catalog(tuple(full), tuple(keys), description, tuple(warnings), state)


def _lakes(lakes: list[Lake]) -> tuple[list[Source], list[str]]:
    """The tables with a log of their own that can be read by it, and a sentence for each other one."""
    sources, warnings = [], []
    for lake in lakes:
        try:
            sources.append(_READERS.get(lake.kind, _unknown)(lake))
        except NotReadable as reason:
            warnings.append(
                f"Table {lake.stem} is left out: {lake.root} is a {lake.kind} table, whose own log says which files "
                f"and rows count, and reading its Parquet files as they lie would count removed ones; {reason}."
            )
    return sources, warnings


def _unknown(lake: Lake) -> Source:
    raise NotReadable("export it to plain Parquet files")


_READERS = {"Delta": delta_source, "Iceberg": iceberg_source}


def _reserved(connection: duckdb.DuckDBPyConnection) -> frozenset[str]:
    categories = "'reserved', 'type_function'"  # the words of the others may stand where a table does
    sql = f"SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ({categories})"
    return frozenset(str(row[0]).lower() for row in connection.execute(sql).fetchall())
