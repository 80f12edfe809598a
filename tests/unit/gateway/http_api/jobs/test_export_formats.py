import csv
import io
from datetime import date, datetime
from decimal import Decimal

import msgspec
import pyarrow as pa
import pyarrow.parquet
import pytest

from bus.contract.events import Column
from bus.values.arrow_types import logical_type
from gateway.http_api.jobs.export_formats import ROW_GROUP_BYTES, WRITERS, ParquetWriter

TABLE = pa.table(
    {
        "n": pa.array([1, None, 2**60], pa.int64()),
        "text, quoted": ['say "hi"', "", None],
        "at": [datetime(2013, 1, 1, 5), None, datetime(2013, 1, 1, 5, 0, 0, 1)],
        "day": [date(2013, 1, 1), None, date(9999, 12, 31)],
        "list": [[1, 2], None, []],
        "struct": [{"a": 1}, None, {"a": None}],
        "blob": [b"\xff\x00", None, b""],
        "money": pa.array([Decimal("1.50"), None, Decimal("-0.05")], pa.decimal128(9, 2)),
        "ratio": [0.5, None, float("inf")],
        "ok": [True, None, False],
    }
)
COLUMNS = [Column(field.name, str(logical_type(field.type))) for field in TABLE.schema]


def arrow(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def written(kind: str, *tables: pa.Table) -> bytes:
    writer = WRITERS[kind](COLUMNS)
    return b"".join([*(writer.rows(arrow(table)) for table in tables), writer.end()])


def test_json() -> None:
    found = msgspec.json.decode(written("json", TABLE, TABLE))
    assert found["columns"][1] == {"name": "text, quoted", "type": "VARCHAR"}
    assert len(found["rows"]) == 6
    assert found["rows"][2] == [
        str(2**60),
        None,
        "2013-01-01T05:00:00.000001",
        "9999-12-31",
        [],
        {"a": None},
        "",
        "-0.05",
        "Infinity",
        False,
    ]


@pytest.mark.parametrize("tables", [[], [TABLE.slice(0, 0)], [TABLE.slice(0, 0), TABLE, TABLE.slice(0, 0)]])
def test_json_with_empty_pieces(tables: list[pa.Table]) -> None:
    rows = sum(table.num_rows for table in tables)
    assert len(msgspec.json.decode(written("json", *tables))["rows"]) == rows


def test_csv() -> None:
    lines = list(csv.reader(io.StringIO(written("csv", TABLE, TABLE).decode())))
    assert lines[0] == TABLE.column_names
    assert lines[1] == [
        "1",
        'say "hi"',
        "2013-01-01 05:00:00",
        "2013-01-01",
        "[1,2]",
        '{"a":1}',
        "\\xFF\\x00",
        "1.50",
        "0.5",
        "true",
    ]
    assert len(lines) == 7


def test_csv_without_rows_has_its_header() -> None:
    assert list(csv.reader(io.StringIO(written("csv").decode()))) == [TABLE.column_names]


def test_parquet_is_what_arrow_was() -> None:
    found = pa.parquet.read_table(io.BytesIO(written("parquet", TABLE, TABLE)))
    assert found == pa.concat_tables([TABLE, TABLE])


def test_parquet_without_rows_has_its_types() -> None:
    assert pa.parquet.read_table(io.BytesIO(written("parquet"))).schema == TABLE.schema
    with_types = pa.parquet.read_table(io.BytesIO(written("parquet", TABLE.slice(0, 0))))
    assert with_types.schema == TABLE.schema


def test_parquet_is_sent_by_row_groups() -> None:
    writer = ParquetWriter([Column("n", "BIGINT")])
    piece = arrow(pa.table({"n": list(range(100_000))}))
    pieces = [writer.rows(piece) for _ in range(3 * ROW_GROUP_BYTES // 800_000)]
    assert sum(1 for sent in pieces if len(sent) > 100) >= 2
    assert writer.end().endswith(b"PAR1")
