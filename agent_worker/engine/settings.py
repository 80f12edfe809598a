"""How an engine is configured, and how its connection is made and locked."""

from collections.abc import Iterable

import duckdb
import msgspec

from bus.catalog import CatalogTable


class EngineSettings(msgspec.Struct, frozen=True):
    """`scratch` is the folder for what does not fit into memory; nothing else is ever written."""

    scratch: str
    threads: int = 2
    async_threads: int = 1
    memory_limit_bytes: int = 1 << 30
    max_temp_bytes: int = 4 << 30
    max_execution_s: float = 300.0


def connect(settings: EngineSettings) -> duckdb.DuckDBPyConnection:
    """A fresh in-memory database, not yet locked. After the fork only: it starts threads [about 30 ms]."""
    threads = {"threads": settings.threads, "async_threads": settings.async_threads}
    connection = duckdb.connect(":memory:", config=threads)
    for name, value in {
        "memory_limit": f"'{settings.memory_limit_bytes} bytes'",
        "temp_directory": quote_text(settings.scratch),
        "max_temp_directory_size": f"'{settings.max_temp_bytes} bytes'",
        "max_execution_time": str(max(1, round(settings.max_execution_s * 1000))),
        "python_enable_replacements": "false",
        "enable_progress_bar": "true",
        "enable_progress_bar_print": "false",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "allow_persistent_secrets": "false",
    }.items():
        connection.execute(f"SET {name} = {value}").fetchall()
    return connection


def create_view(connection: duckdb.DuckDBPyConnection, table: CatalogTable) -> None:
    """Raises duckdb.Error, which names the file, where one cannot be read."""
    options = [f"hive_partitioning = {'true' if table.partitions else 'false'}"]
    if table.mixed:  # asked for only where needed: it opens every file before the first row
        options.append("union_by_name = true")
    source = f"read_parquet({_paths(table.files)}, {', '.join(options)})"
    connection.execute(f"CREATE VIEW {quote_name(table.name)} AS SELECT * FROM {source}").fetchall()


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
