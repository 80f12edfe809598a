"""The engine: runs one statement at a time in a side thread and streams what it gives."""

import asyncio
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterable
from contextlib import closing, suppress
from typing import NamedTuple

import duckdb
import msgspec
import pyarrow as pa

from agent_worker.engine.batches import READ_ROWS, Packer, RowTooLarge
from agent_worker.engine.bridge import Bridge, Closed
from agent_worker.engine.errors import EngineError, damaged, engine_error
from agent_worker.engine.guard import Checked, StatementRefused, examine, looks_like_sql
from agent_worker.engine.settings import EngineSettings, connect
from agent_worker.engine.tables import FilesChanged, Tables
from agent_worker.remote.client import RemoteFiles, versions_of
from agent_worker.remote.file_system import file_system
from bus.contract.catalog import Catalog
from bus.contract.events import Column, TableRows, TableSchema
from bus.values.logical_types import projection

DEPTH = 4
"""Batches that may wait for the consumer before the side thread is held."""
INTERRUPT_EVERY_S = 0.01


class ResultEnd(msgspec.Struct, frozen=True):
    """The last part of a result. `truncated`: there were more than `max_rows` rows. `ms`: from start to end."""

    rows: int
    truncated: bool
    ms: float


ResultPart = TableSchema | TableRows | ResultEnd
"""What a statement gives, in this order: one schema, batches of rows, one end."""


class Engine:
    """One DuckDB connection for one job. Make it after the fork, `attach` the catalog, then `run` statements."""

    def __init__(self, settings: EngineSettings) -> None:
        self._remote = RemoteFiles(settings.broker) if settings.broker else None
        self._connection = connect(settings, file_system(self._remote))
        self._tables: Tables | None = None
        self._running: str | None = None

    def __repr__(self) -> str:
        state = f"running {self._running[:40]!r}" if self._running else "idle" if self._tables else "without tables"
        return f"<Engine {state}>"

    def attach(self, catalog: Catalog) -> None:
        """Take the tables that statements may ask about. It costs nothing: the connection is locked and views are made
        when the first statement runs, before it does."""
        if self._remote is not None:
            self._remote.expect(versions_of(catalog.tables))
        self._tables = Tables(self._connection, catalog)

    def looks_like_sql(self, question: str) -> bool:
        """Did the person type SQL rather than a question? Only while no statement runs."""
        return looks_like_sql(self._connection, question)

    async def run(
        self, sql: str, *, batch_rows: int = 10_000, max_rows: int | None = None
    ) -> AsyncGenerator[ResultPart, None]:
        """The schema, the rows in batches of at most `batch_rows` and about 256 KiB, and a ResultEnd.

        Binding, running and fetching happen in a side thread, which waits while the consumer is behind. Raises
        StatementRefused (the guard), EngineError, or CancelledError; none of them before the thread has left the
        engine, which may last for ever inside a native call that ignores interrupts: then only a signal helps. Leave
        the loop early only under `contextlib.aclosing`.
        """
        if self._running is not None or self._tables is None:
            raise RuntimeError(f"{self!r} cannot run {sql[:40]!r}: it is busy, or no catalog is attached yet")
        self._running = sql
        bridge: Bridge[ResultPart] = Bridge(DEPTH)
        job = _Statement(self._connection, self._tables, bridge, _Request(sql, batch_rows, max_rows))
        thread = threading.Thread(target=bridge.carry, args=(job.work,), name="statement", daemon=True)
        thread.start()
        try:
            while (part := await bridge.get()) is not None:
                yield part
        finally:
            await self._interrupt_until_out(bridge, thread)

    async def _interrupt_until_out(self, bridge: Bridge[ResultPart], thread: threading.Thread) -> None:
        """Interrupts until the thread is out of the engine: again and again, since an interrupt that comes before the
        statement has started is lost. A second cancellation must not end this either, so it is kept for afterwards."""
        bridge.close()
        cancelled = None
        while not bridge.out.is_set():
            self._connection.interrupt()
            if self._remote is not None:
                self._remote.stop()  # the engine does not look for interrupts while it waits for bytes
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(INTERRUPT_EVERY_S):
                        await bridge.out.wait()
            except asyncio.CancelledError as again:
                cancelled = again
        thread.join()  # it has nothing left to do
        self._running = None
        if cancelled is not None:
            raise cancelled

    def progress(self) -> float | None:
        """How far the running statement is, from 0 to 1; None where the engine cannot say."""
        percent: float = self._connection.query_progress() if self._running else -1
        return min(percent / 100, 1.0) if percent >= 0 else None

    def close(self) -> None:
        """Close the connection; call it only while no statement runs."""
        self._connection.close()
        if self._remote is not None:
            self._remote.close()


class _Request(NamedTuple):
    """A statement, how many rows a batch of its result has at most, and the result as a whole; None: all of them."""

    sql: str
    batch_rows: int
    max_rows: int | None


class _Statement:
    """One statement's life in the side thread."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tables: Tables, bridge: Bridge[ResultPart], request: _Request
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._bridge = bridge
        self._sql = request.sql
        self._batch_rows = request.batch_rows
        self._left = sys.maxsize if request.max_rows is None else request.max_rows
        self._sent = 0

    def work(self) -> None:
        started = time.monotonic()
        read: tuple[str, ...] = ()
        try:
            self._tables.lock()
            checked = examine(self._connection, self._sql, self._tables.known)
            read = self._tables.files_of(checked)
            truncated = self._run(checked)
        except (StatementRefused, Closed):
            raise
        except FilesChanged as error:
            raise EngineError(str(error), "io", self._sql) from error
        except RowTooLarge as error:
            raise EngineError(str(error), "other", self._sql) from error
        except Exception as error:
            if damage := damaged(str(error), read):
                raise EngineError(damage, "io", self._sql) from error
            raise engine_error(error, self._sql, self._tables.files, self._tables.names) from error
        self._bridge.put(ResultEnd(self._sent, truncated, (time.monotonic() - started) * 1000))

    def _run(self, checked: Checked) -> bool:
        """Were there more rows than asked for? What fails where the data have changed fails for that reason."""
        self._tables.check(checked)
        try:
            self._tables.open(checked, lambda: not self._bridge.closed)
            return self._stream(checked.text)
        finally:
            if not self._bridge.closed:
                self._tables.check(checked)

    def _stream(self, text: str) -> bool:
        """Were there more rows than asked for?"""
        relation = self._connection.sql(text)
        columns = [Column(n, str(t)) for n, t in zip(relation.columns, relation.types, strict=True)]
        self._bridge.put(TableSchema(columns))
        parts = projection(relation.columns, (column.type for column in columns))
        carried = relation.project(parts) if parts else relation
        with closing(carried.to_arrow_reader(min(self._batch_rows, READ_ROWS))) as reader:
            packer = Packer(reader.schema, self._batch_rows)
            truncated = any(self._take(batch, packer) for batch in reader)
            self._put_all(packer.flush())
        return truncated

    def _take(self, batch: pa.RecordBatch, packer: Packer) -> bool:
        """Sends of `batch` what may still be sent; was it more than that?"""
        taken = batch.slice(0, self._left)
        self._left -= taken.num_rows
        self._sent += taken.num_rows
        self._put_all(packer.add(taken))
        return bool(taken.num_rows < batch.num_rows)

    def _put_all(self, rows: Iterable[TableRows]) -> None:
        for batch in rows:
            self._bridge.put(batch)
