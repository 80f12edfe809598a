"""Looking into data costs time; this bounds it."""

import time
from contextlib import suppress
from typing import Any

import duckdb

from agent_worker.catalog.files.footers import why
from agent_worker.engine.settings import create_view
from bus.contract.catalog import CatalogTable

MOST_TRIES = 1000


class Budget:
    """So many seconds in all, and no one look longer than its share.

    `missed` counts the looks there was no time for; `failures` are the engine's sentences about data that could not
    be read, which name the file.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, total_s: float, each_s: float) -> None:
        self._connection = connection
        self._until = time.monotonic() + total_s
        self._each_s = each_s
        self.missed = 0
        self.failures: set[str] = set()
        self._views: set[str] = set()

    def extend(self, seconds: float) -> None:
        """So many seconds from now on."""
        self._until = time.monotonic() + seconds

    def rows(self, sql: str, table: CatalogTable, *others: CatalogTable) -> list[tuple[Any, ...]] | None:
        """The rows of `sql` over these tables, or None where there was no time for it or the data could not be read."""
        left = min(self._each_s, self._until - time.monotonic())
        if left <= 0:
            self.missed += 1
            return None
        self._bound(max(1, round(left * 1000)))
        try:
            for one in (table, *others):
                self._open(one)
            rows: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
            return rows
        except duckdb.InterruptException:
            self.missed += 1
            return None
        except duckdb.Error as error:
            text = why(error)
            named = any(file in text for file in table.files)
            self.failures.add(text if named else f"Table {table.name} ({table.files[0]}): {text}")
            return None
        finally:
            self._bound(0)

    def _bound(self, ms: int) -> None:
        """For what runs from here on; 0 lifts it. A bound holds for the statement that changes it, too, which a short
        one now and then interrupts: it is said until it is heard."""
        for _ in range(MOST_TRIES):
            with suppress(duckdb.InterruptException):
                self._connection.execute(f"SET max_execution_time = {ms}").fetchall()
                return
        raise TimeoutError(f"the engine did not take a bound of {ms} ms in {MOST_TRIES} tries")

    def _open(self, table: CatalogTable) -> None:
        """A view for a table that is looked at: opening its files takes longer than all else that is known of it."""
        if table.name not in self._views:
            create_view(self._connection, table)
            self._views.add(table.name)
