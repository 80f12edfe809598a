"""Rows of every kind, as DuckDB hands them out and as JSON must carry them."""

import json
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from bus.values.rows import json_rows, json_values, table_rows


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def select(sql: str) -> list[list[Any]]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        return table_rows(connection.sql(sql).to_arrow_reader().read_all())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1::TINYINT", 1),
        ("9007199254740992::BIGINT", 9007199254740992),
        ("9007199254740993::BIGINT", "9007199254740993"),
        ("-9007199254740993::BIGINT", "-9007199254740993"),
        ("18446744073709551615::UBIGINT", "18446744073709551615"),
        ("sum(336776)", 336776),
        ("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727"),
        ("1.50::DECIMAL(10, 2)", "1.50"),
        ("0.00000001::DECIMAL(10, 8)", "0.00000001"),
        ("1.5::DOUBLE", 1.5),
        ("0.25::FLOAT", 0.25),
        ("'nan'::DOUBLE", "NaN"),
        ("'inf'::DOUBLE", "Infinity"),
        ("'-inf'::FLOAT", "-Infinity"),
        ("true", True),
        ("'Zürich'", "Zürich"),
        ("NULL", None),
        ("DATE '2013-01-01'", "2013-01-01"),
        ("DATE '20130-01-01'", "20130-01-01"),
        ("TIME '05:15:00'", "05:15:00"),
        ("TIME '05:15:00.25'", "05:15:00.25"),
        ("TIMESTAMP '2013-01-01 05:00:00'", "2013-01-01T05:00:00"),
        ("TIMESTAMP '2013-01-01 05:00:00.125'", "2013-01-01T05:00:00.125"),
        ("TIMESTAMP_NS '2013-01-01 05:00:00.000000001'", "2013-01-01T05:00:00.000000001"),
        ("TIMESTAMPTZ '2013-01-01 05:00:00-05'", "2013-01-01T10:00:00Z"),
        ("INTERVAL '1 month 2 days 3.5 seconds'", "P1M2DT3.5S"),
        ("INTERVAL '0 days'", "PT0S"),
        ("'\\xFF\\x00'::BLOB", "/wA="),
        ("'3e2f0c9a-0000-4000-8000-000000000001'::UUID", "3e2f0c9a-0000-4000-8000-000000000001"),
        ("'b'::ENUM('a', 'b')", "b"),
        ("[1, NULL, 3]", [1, None, 3]),
        ("[9007199254740993, 1]", ["9007199254740993", 1]),
        ("[1, 2, 3]::INT[3]", [1, 2, 3]),
        ("[[DATE '2013-01-01'], []]", [["2013-01-01"], []]),
        ("{'a': 1, 'b': 'nan'::DOUBLE}", {"a": 1, "b": "NaN"}),
        ("MAP {'a': 1}", [{"key": "a", "value": 1}]),
        ("'{\"a\": 1}'::JSON", '{"a": 1}'),
    ],
)
def test_every_engine_type_becomes_json(expression: str, expected: object) -> None:
    rows = select(f"SELECT {expression} AS value")
    assert rows == [[expected]]
    json.dumps(rows, allow_nan=False)


def test_nulls_between_values_stay_in_their_rows() -> None:
    rows = select(
        "SELECT list, item, n FROM (VALUES ([1, 2], {'a': 1}, 1), (NULL, NULL, NULL), ([], {'a': NULL}, 3)) "
        "AS rows(list, item, n)"
    )
    assert rows == [[[1, 2], {"a": 1}, 1], [None, None, None], [[], {"a": None}, 3]]


def test_a_sliced_list_keeps_its_own_values() -> None:
    array = pa.array([[1], [2, 3], None, [4]]).slice(1, 3)
    assert json_values(array) == [[2, 3], None, [4]]


def test_durations_and_extension_types() -> None:
    assert json_values(pa.array([1500, None], pa.duration("ms"))) == ["PT1.5S", None]
    assert json_values(pa.array(["a"]).dictionary_encode()) == ["a"]


def test_a_stream_of_many_batches() -> None:
    table = pa.concat_tables([pa.table({"n": [1, 2], "t": ["a", "b"]}), pa.table({"n": [3], "t": ["c"]})])
    assert json_rows(stream(table)) == [[1, "a"], [2, "b"], [3, "c"]]


def test_no_rows() -> None:
    assert json_rows(stream(pa.table({"n": pa.array([], pa.int64()), "x": pa.array([], pa.float64())}))) == []
