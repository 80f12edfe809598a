"""How an engine is configured, and how its connection is made and locked."""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import msgspec

from agent_worker.engine.workbooks.sheets import read_sheet
from bus.contract.catalog import CatalogTable

CELLS = "cells of a sheet"


class EngineSettings(msgspec.Struct, frozen=True):
    """`scratch` is the folder for what does not fit into memory; nothing else is ever written. `broker` is the socket
    of the process that serves data which are not on this machine."""

    scratch: str
    threads: int = 2
    async_threads: int = 1
    memory_limit_bytes: int = 1 << 30
    max_temp_bytes: int = 4 << 30
    max_execution_s: float = 300.0
    broker: str = ""


_ahead: duckdb.DuckDBPyConnection | None = None


def connect_ahead() -> None:
    """Make the database that the next `connect` of this process takes over, and of every process forked from it: each
    finds its own copy. Has no thread, which a fork would lose [saves 17 ms of CPU in each: the engine registers its
    functions for every database anew]."""
    global _ahead
    _ahead = _new_database()


def connect(settings: EngineSettings, file_system: Any = None) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory database, not yet locked, which finds the files of `file_system` (fsspec's) under their names,
    too. After the fork only: it starts threads."""
    global _ahead
    database, _ahead = _ahead or _new_database(), None
    connection = database.cursor()  # with random numbers of its own: those of a copy would be the same in every process
    _set(
        connection,
        threads=str(settings.threads),
        async_threads=str(settings.async_threads),
        memory_limit=f"'{settings.memory_limit_bytes} bytes'",
        temp_directory=quote_text(settings.scratch),
        max_temp_directory_size=f"'{settings.max_temp_bytes} bytes'",
        max_execution_time=str(max(1, round(settings.max_execution_s * 1000))),
        enable_progress_bar="true",
        enable_progress_bar_print="false",
    )
    if file_system is not None:
        connection.register_filesystem(file_system)
    return connection


def _new_database() -> duckdb.DuckDBPyConnection:
    """A new database in memory, with the settings that are the same for every worker."""
    connection = duckdb.connect(":memory:", config={"threads": 1, "async_threads": 0})
    _set(
        connection,
        python_enable_replacements="false",
        autoinstall_known_extensions="false",
        autoload_known_extensions="false",
        allow_community_extensions="false",
        allow_persistent_secrets="false",
    )
    return connection


def _set(connection: duckdb.DuckDBPyConnection, **values: str) -> None:
    connection.execute("; ".join(f"SET {name} = {value}" for name, value in values.items())).fetchall()


def create_view(connection: duckdb.DuckDBPyConnection, table: CatalogTable) -> None:
    """Raises duckdb.Error, which names the file, where one cannot be read, or NotASheet: a sheet's cells are copied
    into the engine. A table that is there already is left as it is."""
    if table.sheet is not None:
        cells = read_sheet(table.files[0], *msgspec.structs.astuple(table.sheet)).table
        connection.register(CELLS, cells)
        copied = f"CREATE TABLE IF NOT EXISTS {quote_name(table.name)} AS FROM {quote_name(CELLS)}"
        connection.execute(copied).fetchall()
        connection.unregister(CELLS)
        return
    sql = table.sql or f"SELECT * FROM {read_files(table.files, _hive_types(table))}"
    connection.execute(f"CREATE VIEW IF NOT EXISTS {quote_name(table.name)} AS {sql}").fetchall()


def read_files(files: Iterable[str], hive_types: Mapping[str, str]) -> str:
    """The rows of Parquet files, as SQL behind FROM; `hive_types` are the columns that stand in the folders' names."""
    return read_with("read_parquet", files, hive_types)


def read_with(function: str, files: Iterable[str], hive_types: Mapping[str, str], given: str = "") -> str:
    """The rows that one of the engine's readers gives, as SQL behind FROM; `given` are its options."""
    options = f"hive_partitioning = {'true' if hive_types else 'false'}"
    if hive_types:
        kinds = ", ".join(f"{quote_name(name)}: {kind}" for name, kind in hive_types.items())
        options += f", hive_types = {{{kinds}}}"
    return f"{function}({_paths(files)}, {', '.join(filter(None, (options, given)))})"


def _hive_types(table: CatalogTable) -> dict[str, str]:
    return {column.name: column.type for column in table.columns if column.name in table.partitions}


def lock(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> None:
    """After this the connection reads `files` and nothing else, for ever. The order matters: the list may not be
    changed once external access is off, and nothing once the configuration is locked. May be called again after an
    interrupt, and goes on where it was."""
    asked = "SELECT current_setting('enable_external_access'), current_setting('lock_configuration')"
    external, locked = connection.execute(asked).fetchall()[0]
    if external:
        connection.execute(f"SET allowed_paths = {_paths(files)}").fetchall()
        connection.execute("SET enable_external_access = false").fetchall()
    if not locked:
        connection.execute("SET lock_configuration = true").fetchall()


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _paths(files: Iterable[str]) -> str:
    return "[" + ", ".join(quote_text(file) for file in files) + "]"
