"""Results as JSON, CSV and Parquet, written piece by piece in bounded memory."""

import io
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from bus.contract.events import Column
from bus.contract.rows import json_values, read_table, table_rows

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
        self._ahead = b'{"columns":' + msgspec.json.encode(columns) + b',"rows":['

    def rows(self, arrow: bytes) -> bytes:
        found = table_rows(read_table(arrow))
        if not found:
            return b""
        piece = self._ahead + msgspec.json.encode(found)[1:-1]
        self._ahead = b","
        return piece

    def end(self) -> bytes:
        return (self._ahead if self._ahead != b"," else b"") + b"]}"


class CsvWriter:
    """RFC 4180 with a header line; lists, structs and maps as JSON text, binary as base64."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, columns: list[Column]) -> None:
        names = pa.table({str(index): pa.array([column.name]) for index, column in enumerate(columns)})
        self._ahead = _csv(names) if columns else b""

    def rows(self, arrow: bytes) -> bytes:
        table = read_table(arrow)
        flat = [_csv_column(column) for column in table.columns]
        piece = self._ahead + _csv(pa.table(flat, names=[str(index) for index in range(len(flat))]))
        self._ahead = b""
        return piece

    def end(self) -> bytes:
        return self._ahead


class ParquetWriter:
    """Zstandard-compressed, in row groups of about `ROW_GROUP_BYTES`."""

    content_type = "application/vnd.apache.parquet"

    def __init__(self, columns: list[Column]) -> None:
        self._empty = pa.table([pa.nulls(0, pa.string())] * len(columns), names=[column.name for column in columns])
        self._sink = _Sink()
        self._writer: pa.parquet.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def rows(self, arrow: bytes) -> bytes:
        self._waiting.append(read_table(arrow))
        if sum(table.nbytes for table in self._waiting) >= ROW_GROUP_BYTES:
            self._write_group()
        return self._sink.take()

    def end(self) -> bytes:
        writer = self._write_group()
        writer.close()
        return self._sink.take()

    def _write_group(self) -> "pa.parquet.ParquetWriter":
        group = pa.concat_tables(self._waiting) if self._waiting else self._empty
        self._waiting.clear()
        if self._writer is None:
            self._writer = pa.parquet.ParquetWriter(
                pa.PythonFile(self._sink, mode="w"), group.schema, compression="zstd"
            )
        if group.num_rows:
            self._writer.write_table(group.cast(self._writer.schema))
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


def _csv_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """What the CSV writer does not know, or would write otherwise than the wire, as text."""
    if any(is_plain(column.type) for is_plain in _PLAIN):
        return column
    values = (value for chunk in column.chunks for value in json_values(chunk))
    return pa.chunked_array([pa.array([_text(value) for value in values], pa.string())])


def _text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else msgspec.json.encode(value).decode()


_PLAIN = (
    pa.types.is_integer,
    pa.types.is_boolean,
    pa.types.is_string,
    pa.types.is_decimal,
    pa.types.is_date,
    pa.types.is_floating,
)
