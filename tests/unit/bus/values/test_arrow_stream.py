"""Streams that would show or take the memory of who reads them are refused; those of the engine are read."""

import contextlib
import random
import struct

import duckdb
import pyarrow as pa
import pytest

from bus.values.arrow_stream import checked_table
from bus.values.rows import table_rows

TEXTS = pa.record_batch({"s": ["aaaa", "bbbb"], "n": [1, 2]})
ENUMERATION = pa.record_batch({"e": pa.DictionaryArray.from_arrays(pa.array([0, 1, 2], pa.int8()), ["a", "b", "c"])})
OFFSETS = struct.pack("<iii", 0, 4, 8)
INDICES = bytes((0, 1, 2, 0, 0, 0, 0, 0))
LONG = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int16()), ["x" * 100_000])
NULLS = pa.nulls(1 << 23)
ONCE = pa.array([0, 1], pa.int32())
ALL_NULLS = pa.array([0, len(NULLS)], pa.int32())
EVERY_TYPE = """
SELECT NULL AS a, 'b'::ENUM('a', 'b') AS b, [1, NULL] AS c, {'k': 'a'::ENUM('a')} AS d, MAP {'k': 1} AS e,
    union_value(k := 1) AS f, '101'::BIT AS g, uuid() AS h, INTERVAL 1 DAY AS i, 1::UHUGEINT AS j,
    [1, 2]::INTEGER[2] AS k, 1::BIGNUM AS l, ['a'::ENUM('a')] AS m, 'x'::BLOB AS n,
    TIMESTAMPTZ '2013-01-01 00:00:00Z' AS o, true AS p
"""


def stream(batch: pa.RecordBatch | pa.Table, compression: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as writer:
        writer.write(batch)
    return bytes(sink.getvalue())


def of(array: pa.Array) -> bytes:
    return stream(pa.record_batch({"a": array}))


def offset(last: int) -> bytes:
    whole = stream(TEXTS)
    assert OFFSETS in whole
    return whole.replace(OFFSETS, struct.pack("<iii", 0, 4, last))


REFUSED = {
    "texts that end beyond the stream": offset(200_000),
    "texts that begin before it": offset(-4),
    "an index beyond the values": stream(ENUMERATION).replace(INDICES, INDICES.replace(b"\2", b"\x7f")),
    "compressed": stream(TEXTS, "zstd"),
    "NULLs without end": of(NULLS),
    "NULLs without end in a list": of(pa.ListArray.from_arrays(ALL_NULLS, NULLS)),
    "one value for many": of(pa.RunEndEncodedArray.from_arrays(pa.array([1000], pa.int32()), ["x"])),
    "texts that share their bytes": of(pa.array(["x" * 100], pa.string_view())),
    "a long text of an enumeration, many times": of(LONG),
    "the same in a list": of(pa.ListArray.from_arrays(pa.array([0, len(LONG)], pa.int32()), LONG)),
    "the same in a struct": of(pa.StructArray.from_arrays([LONG], ["x"])),
    "the same in an enumeration": of(pa.DictionaryArray.from_arrays(ONCE, pa.array([["x"], ["y"]]))),
    "nothing": b"",
    "garbage": b"no stream at all",
    "a stream that breaks off": stream(TEXTS)[:-30],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_engine_never_sends_is_refused(name: str) -> None:
    with pytest.raises(pa.ArrowInvalid):
        checked_table(REFUSED[name])


def test_every_type_of_the_engine_is_read() -> None:
    with duckdb.connect() as connection:
        found = connection.sql(EVERY_TYPE).to_arrow_reader().read_all()
    assert table_rows(checked_table(stream(found))) == table_rows(found)
    assert checked_table(of(pa.nulls(10_000))).num_rows == 10_000


@pytest.mark.parametrize("whole", [stream(TEXTS), stream(ENUMERATION)], ids=["texts", "enumeration"])
def test_whatever_is_broken_is_read_or_refused(whole: bytes) -> None:
    chance = random.Random(7)
    for _ in range(2000):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        with contextlib.suppress(pa.ArrowException):
            table_rows(checked_table(bytes(broken)))
