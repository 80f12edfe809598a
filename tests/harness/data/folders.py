"""A folder of data, and what the catalog and the engine say of it."""

from pathlib import Path

import duckdb

from agent_worker.catalog.reader import read_catalog
from agent_worker.engine.settings import create_view, quote_text
from bus.contract.catalog import Catalog, CatalogColumn

LOOKS_S = 60.0
"""However busy the machine is, no warning tells of too little time."""


class Folder:
    """A folder that files are written into."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.path = path
        self._connection = connection

    def write(self, name: str, sql: str) -> Path:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection.execute(f"COPY ({sql}) TO {quote_text(str(file))} (FORMAT parquet)").fetchall()
        return file

    def put(self, name: str, content: str | bytes) -> Path:
        """A file of text (as UTF-8) or of bytes."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        """Of a statement over the tables that were read last."""
        found: list[tuple[object, ...]] = self._connection.execute(sql).fetchall()
        return found

    def read(self) -> Catalog:
        """The catalog, read anew, and its tables in the connection."""
        catalog = read_catalog(self.path, connection=self._connection, looks_s=LOOKS_S)
        for table in catalog.tables:
            create_view(self._connection, table)
        return catalog


def column(catalog: Catalog, table: str, name: str) -> CatalogColumn:
    found = catalog.table(table)
    assert found is not None
    return next(column for column in found.columns if column.name == name)


def names(catalog: Catalog) -> list[str]:
    return [table.name for table in catalog.tables]
