"""The catalog's tables in a connection: locked up before the first statement, each made when a statement names it."""

from collections.abc import Callable

import duckdb

from agent_worker.engine.file_states import files_state
from agent_worker.engine.guard import Checked
from agent_worker.engine.settings import create_view, lock
from agent_worker.engine.workbooks.sheets import NotASheet
from bus.contract.catalog import Catalog, CatalogTable

_SYSTEM = ("duckdb_", "pg_", "pragma_", "sqlite_", "__show_", '"')
"""How the names of the engine's own tables about tables begin; SHOW TABLES asks for `"tables"`."""


class FilesChanged(Exception):
    """A table's files are not those any more that the catalog has described. The message says what to do."""


class Tables:
    """Views over the files of a catalog.

    A view opens its table's first file, and all of them where they differ, which takes half a second for 500
    tables: so only those that a statement names are made, or all when it asks about tables in general.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self._connection = connection
        self._waiting = {table.name.lower(): table for table in catalog.tables}
        self._files = {name: table.files for name, table in self._waiting.items()}
        here = {name: table for name, table in self._waiting.items() if not table.versions}  # else each reading looks
        self._by_plan = {name: table for name, table in here.items() if table.sql or table.sheet}
        self.known = frozenset(self._waiting)
        self.names = tuple(table.name for table in catalog.tables)
        self._locked = False
        self.files = tuple(file for table in catalog.tables for file in table.files)

    def lock(self) -> None:
        """From here on the connection reads the catalog's files and nothing else. Raises duckdb.Error."""
        if not self._locked:
            lock(self._connection, self.files)
            self._locked = True

    def open(self, checked: Checked, goes_on: Callable[[], bool]) -> None:
        """Make the views that the statement needs. Raises duckdb.Error for a table that it names and that cannot be
        opened; the others are left out. Ends early when it need not go on."""
        for name in checked.tables & self._waiting.keys():
            self._make(self._waiting[name])
        about_tables = any(name.startswith(_SYSTEM) for name in checked.tables - checked.own)
        if not (checked.any_table or about_tables):
            return
        for table in list(self._waiting.values()):
            try:
                self._make(table)
            except (duckdb.Error, NotASheet):
                if not goes_on():
                    return

    def files_of(self, checked: Checked) -> tuple[str, ...]:
        """The files of the tables that the statement names."""
        return tuple(file for name in sorted(checked.tables) for file in self._files.get(name, ()))

    def check(self, checked: Checked) -> None:
        """Raises FilesChanged where files that the statement reads by what the catalog has found in them, as columns by
        their place and texts by their kind, are others by now. To be asked before the statement and after it."""
        for table in (self._by_plan[name] for name in self._by_plan.keys() & checked.tables):
            if table.state and table.state.split()[0] != files_state(table.files):
                raise FilesChanged(
                    f"The data of table {table.name} have changed while the question ran, so its rows may be wrong. "
                    "Ask again: the tables are read anew."
                )

    def _make(self, table: CatalogTable) -> None:
        create_view(self._connection, table)
        del self._waiting[table.name.lower()]
