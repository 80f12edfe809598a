"""Looking into data costs time; this bounds it."""

import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import duckdb

from agent_worker.catalog.files.footers import why
from agent_worker.engine.settings import create_view
from bus.contract.catalog import CatalogTable

MOST_TRIES = 1000


class TimeBudget:
    """The seconds for all looks together, of which no one takes more than its share. `missed` counts the looks there
    was no time for; `failures` are the engine's sentences about data that could not be read, by table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, total_s: float, each_s: float) -> None:
        self._connection = connection
        self._until = time.monotonic() + total_s
        self._each_s = each_s
        self.missed = 0
        self.failures: dict[str, str] = {}
        self._views: set[str] = set()

    def bound(self, until: float) -> None:
        """From now on there is time until then, in seconds of `time.monotonic()`."""
        self._until = until

    @property
    def spent(self) -> bool:
        """Is there no time for another look?"""
        return time.monotonic() >= self._until

    def rows(self, sql: str, table: CatalogTable, *others: CatalogTable) -> list[tuple[Any, ...]] | None:
        """The rows of `sql` over these tables, or None where there was no time for it or the data could not be read."""
        left = min(self._each_s, self._until - time.monotonic())
        if left <= 0:
            self.missed += 1
            return None
        self._limit(max(1, round(left * 1000)))
        try:
            for one in (table, *others):
                self._open(one)
            rows: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
            return rows
        except duckdb.InterruptException:
            self.missed += 1
            return None
        except duckdb.Error as error:
            self._note(why(error), (table, *others))
            return None
        finally:
            self._limit(0)

    def _note(self, text: str, tables: Iterable[CatalogTable]) -> None:
        first, *others = tables
        for table in (first, *others):
            if any(file in text for file in table.files):
                self.failures[table.name] = f"Table {table.name}: {text}"
                return
        self.failures[first.name] = f"Table {first.name} ({first.files[0]}): {text}"

    def _limit(self, ms: int) -> None:
        """Limit what runs from here on to so many milliseconds; 0 lifts the limit. It holds for the statement that
        changes it, too, which a short one now and then interrupts: it is said until it is heard. Raises
        TimeoutError."""
        for _ in range(MOST_TRIES):
            with suppress(duckdb.InterruptException):
                self._connection.execute(f"SET max_execution_time = {ms}").fetchall()
                return
        raise TimeoutError(f"the engine did not take a limit of {ms} ms in {MOST_TRIES} tries")

    def _open(self, table: CatalogTable) -> None:
        """A view for a table that is looked at: opening its files takes longer than all else that is known of it."""
        if table.name not in self._views:
            create_view(self._connection, table)
            self._views.add(table.name)
