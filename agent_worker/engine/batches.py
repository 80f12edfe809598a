"""Cuts a result into pieces small enough to travel, the first of them as soon as there is one."""

import time
from collections.abc import Iterator

import pyarrow as pa

from bus.contract.events import TableRows

READ_ROWS = 2048
"""Rows asked of the engine at a time: its own unit, so that nothing waits for rows that are slow to come."""
MAX_ROWS = 10_000
MAX_BYTES = 256 * 1024
MAX_ROW_BYTES = 8 * 1024 * 1024
MAX_WAIT_S = 0.05
"""Rows that are there are not kept back longer than this."""


class RowTooLarge(Exception):
    """One row alone is more than a message may hold."""


class Packer:
    """Collects record batches until they are worth sending: enough rows, enough bytes, or waiting too long."""

    def __init__(self, schema: pa.Schema, batch_rows: int) -> None:
        self._schema = schema
        self._batch_rows = min(batch_rows, MAX_ROWS)
        self._kept: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0
        self._sent_at = 0.0  # long ago: the first batch leaves at once

    def add(self, batch: pa.RecordBatch) -> Iterator[TableRows]:
        """What is ready to leave now."""
        for piece in _pieces(batch, self._batch_rows):
            if self._rows + piece.num_rows > self._batch_rows or self._bytes + piece.nbytes > MAX_BYTES:
                yield from self.flush()
            self._kept.append(piece)
            self._rows += piece.num_rows
            self._bytes += piece.nbytes
        if time.monotonic() - self._sent_at > MAX_WAIT_S:
            yield from self.flush()

    def flush(self) -> Iterator[TableRows]:
        """What is kept, as one self-contained, uncompressed Arrow IPC stream; nothing when nothing is kept."""
        if not self._rows:
            return
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, self._schema) as writer:
            for batch in self._kept:
                writer.write_batch(batch)
        yield TableRows(arrow=sink.getvalue().to_pybytes(), count=self._rows)
        self._kept = []
        self._rows = self._bytes = 0
        self._sent_at = time.monotonic()


def _pieces(batch: pa.RecordBatch, max_rows: int) -> Iterator[pa.RecordBatch]:
    """The batch, halved until each piece fits. Raises RowTooLarge."""
    if batch.num_rows <= max_rows and batch.nbytes <= MAX_BYTES:
        if batch.num_rows:
            yield batch
    elif batch.num_rows > 1:
        half = batch.num_rows // 2
        yield from _pieces(batch.slice(0, half), max_rows)
        yield from _pieces(batch.slice(half), max_rows)
    elif batch.nbytes <= MAX_ROW_BYTES:
        yield batch
    else:
        raise RowTooLarge(
            f"One row of the result is {batch.nbytes:,} bytes; the limit is {MAX_ROW_BYTES:,}. "
            "Select fewer or smaller columns, or aggregate less into one value."
        )
