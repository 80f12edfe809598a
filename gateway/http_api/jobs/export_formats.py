"""Results as JSON, CSV and Parquet, written piece by piece in bounded memory.

A file's columns have names of their own: of two that are called alike the second gets a number.
"""

import io
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from bus.contract.events import Column
from bus.values.arrow_stream import checked_table
from bus.values.arrow_types import arrow_type
from bus.values.carried_columns import carry
from bus.values.column_names import distinct_names
from bus.values.logical_types import LogicalType, parse_type
from bus.values.rows import json_values, table_rows
from bus.values.value_text import value_text
from bus.values.visible import visible_json
from gateway.http_api.jobs.formulas import defused

ROW_GROUP_BYTES = 8 * 1024 * 1024


class ResultWriter(Protocol):
    """One download. `rows` and `end` return the bytes that are ready to be sent."""

    content_type: str

    def rows(self, arrow: bytes) -> bytes: ...

    def end(self) -> bytes: ...


class JsonWriter:
    """`{"columns": [{name, type}], "rows": [[...]]}`, with the same values as on the outside wire."""

    content_type = "application/json"

    def __init__(self, columns: list[Column]) -> None:
        named = [Column(name, column.type) for name, column in zip(_names(columns), columns, strict=True)]
        self._ahead = b'{"columns":' + visible_json(msgspec.json.encode(named)) + b',"rows":['

    def rows(self, arrow: bytes) -> bytes:
        found = table_rows(checked_table(arrow))
        if not found:
            return b""
        piece = self._ahead + visible_json(msgspec.json.encode(found)[1:-1])
        self._ahead = b","
        return piece

    def end(self) -> bytes:
        return (self._ahead if self._ahead != b"," else b"") + b"]}"


class CsvWriter:
    """RFC 4180 with a header line; each value is its text (`bus.values.value_text`). NULL is empty and an empty text is
    `""`; in a file of one column both are `""`, since readers skip an empty line. With `safe` a spreadsheet takes no
    value for a formula (`formulas`)."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, columns: list[Column], *, safe: bool = False) -> None:
        self._kinds = [parse_type(column.type) for column in columns]
        self._safe = safe
        names = [self._told(pa.chunked_array([pa.array([name])])) for name in _names(columns)]
        self._ahead = _csv(pa.table(names, names=[str(at) for at in range(len(names))])) if columns else b""

    def rows(self, arrow: bytes) -> bytes:
        table = checked_table(arrow)
        flat = [self._told(_csv_column(*each)) for each in zip(table.columns, self._kinds, strict=True)]
        if len(flat) == 1 and flat[0].null_count:
            flat = [pc.fill_null(flat[0].cast(pa.string()), "")]
        piece = self._ahead + _csv(pa.table(flat, names=[str(index) for index in range(len(flat))]))
        self._ahead = b""
        return piece

    def end(self) -> bytes:
        return self._ahead

    def _told(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        return defused(column) if self._safe and pa.types.is_string(column.type) else column


class ParquetWriter:
    """Zstandard-compressed, in row groups of about `ROW_GROUP_BYTES`."""

    content_type = "application/vnd.apache.parquet"

    def __init__(self, columns: list[Column]) -> None:
        self._kinds = [parse_type(column.type) for column in columns]
        types = [arrow_type(kind) for kind in self._kinds]
        self._schema = pa.schema(list(zip(_names(columns), types, strict=True)))
        self._sink = _Sink()
        self._writer: pa.parquet.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def rows(self, arrow: bytes) -> bytes:
        self._waiting.append(checked_table(arrow))
        if sum(table.nbytes for table in self._waiting) >= ROW_GROUP_BYTES:
            self._write_group()
        return self._sink.take()

    def end(self) -> bytes:
        writer = self._write_group()
        writer.close()
        return self._sink.take()

    def _write_group(self) -> "pa.parquet.ParquetWriter":
        group = pa.concat_tables(self._waiting) if self._waiting else None
        self._waiting.clear()
        if self._writer is None:
            file = pa.PythonFile(self._sink, mode="w")
            self._writer = pa.parquet.ParquetWriter(file, self._schema, compression="zstd")
        if group is not None and group.num_rows:
            columns = [carry(column, kind) for column, kind in zip(group.columns, self._kinds, strict=True)]
            self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        return self._writer


class _Sink(io.RawIOBase):
    """A file that is only written forward, and whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._taken = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._taken + len(self._written)

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._taken += len(taken)
        self._written.clear()
        return taken


WRITERS: dict[str, Callable[[list[Column]], ResultWriter]] = {
    "json": JsonWriter,
    "csv": CsvWriter,
    "parquet": ParquetWriter,
}


def _csv(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(include_header=False))
    return sink.getvalue()


def _names(columns: list[Column]) -> list[str]:
    return distinct_names([column.name for column in columns])


def _csv_column(column: pa.ChunkedArray, kind: LogicalType) -> pa.ChunkedArray:
    """What the CSV writer would write otherwise than we do, as text."""
    if any(is_plain(column.type) for is_plain in _PLAIN):
        return column
    return pa.chunked_array([pa.array(_texts(column, kind), pa.string())])


def _texts(column: pa.ChunkedArray, kind: LogicalType) -> Iterator[str | None]:
    return (value_text(value, kind) for chunk in column.chunks for value in json_values(chunk))


_PLAIN = (pa.types.is_integer, pa.types.is_boolean, pa.types.is_string)
