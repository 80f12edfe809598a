"""One table of types, depths and texts, walked by every writer of values. The page walks it by itself."""

import csv
import io
import json
import os
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from agent_worker.agents.parquet.answer import what_came
from agent_worker.llm.prompts.preview import PreviewBuilder
from bus.contract.events import Column
from bus.values.arrow_stream import read_table
from bus.values.arrow_types import arrow_type
from bus.values.logical_types import LogicalType, parse_type, projection
from bus.values.rows import json_rows, table_rows
from bus.values.value_text import readable_text
from gateway.http_api.jobs.export_formats import CsvWriter
from ops.render.result_text import StreamResult, result_text
from ops.render.tables import result_table
from tests.values import CASES, FOLDER, statement, texts

WRITES = bool(os.environ.get("DEADSTOP_WRITE_VALUES"))
NOT_THE_ENGINES = {"nan", "inf", "-inf"}
"""What the outside wire calls NaN and Infinity."""


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'").fetchall()
        yield connection


def sent(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[Column], pa.Table]:
    """As the engine of a worker sends it."""
    relation = engine.sql(sql)
    columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    parts = projection(relation.columns, (column.type for column in columns))
    return columns, (relation.project(parts) if parts else relation).to_arrow_reader().read_all()


def stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_every_carrier_shows_the_same_text(engine: duckdb.DuckDBPyConnection, case: dict[str, Any]) -> None:
    columns, table = sent(engine, statement(case))
    arrow, expected = stream(table), texts(case)
    (row,) = json_rows(arrow)
    assert json.dumps(row[0]) == json.dumps(case["json"])
    assert columns[0].type == case["type"]
    assert terminal(columns, row) == [text.replace("\n", " ") for text in expected]
    assert in_csv(columns, arrow) == expected
    assert in_a_file(columns, row) == expected
    assert [answer(column, values) for column, values in zip(columns, table.columns, strict=True)] == [
        f"x: **{text}**" for text in [case["readable"], *expected[1:]]
    ]


@pytest.mark.parametrize("name", ["id", "order_id", "Order ID", "zip-code", "model.year"])
def test_a_number_that_names_a_thing_stands_as_it_is(name: str) -> None:
    assert readable_text(12345, parse_type("BIGINT"), name) == "12345"
    assert readable_text(12345, parse_type("BIGINT"), f"{name}s") == "12,345"


def in_a_file(columns: list[Column], row: list[Any]) -> list[str]:
    """As `deadstop ask --csv` writes it."""
    wire = [{"name": column.name, "type": column.type} for column in columns]
    return list(csv.reader(io.StringIO(result_text(StreamResult(columns=wire, rows=[row]), "csv"), newline="")))[1]


def terminal(columns: list[Column], row: list[Any]) -> list[str]:
    wire = [{"name": column.name, "type": column.type} for column in columns]
    table, _ = result_table(wire, [row], width=1_000)
    return [str(next(iter(column.cells))) for column in table.columns]


def in_csv(columns: list[Column], arrow: bytes) -> list[str]:
    writer = CsvWriter(columns)
    _, row = csv.reader(io.StringIO((writer.rows(arrow) + writer.end()).decode()))
    return row


def answer(column: Column, values: pa.ChunkedArray) -> str:
    builder = PreviewBuilder((column,))
    builder.add(pa.table([values], names=[column.name]).to_batches()[0])
    return what_came(builder.build())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_the_text_is_the_engines_own(engine: duckdb.DuckDBPyConnection, case: dict[str, Any]) -> None:
    engine.execute("SET TimeZone = 'UTC'").fetchall()
    ((text,),) = engine.execute(f"SELECT ({case['sql']})::VARCHAR").fetchall()
    engine.execute("SET TimeZone = 'America/New_York'").fetchall()
    if text not in NOT_THE_ENGINES and not parse_type(case["type"]).fields:
        assert case["text"] == text


def test_the_page_is_tested_with_what_the_engine_sends(engine: duckdb.DuckDBPyConnection) -> None:
    engine.execute("SET TimeZone = 'UTC'").fetchall()
    rows = [sent(engine, statement(case)) for case in CASES]
    types = [column.type for columns, _ in rows for column in columns]
    table = pa.table([column for _, table in rows for column in table.columns], names=types)
    if WRITES:
        (FOLDER / "values.arrow").write_bytes(stream(table))
    committed = read_table((FOLDER / "values.arrow").read_bytes())
    assert committed.schema == table.schema
    assert table_rows(committed) == table_rows(table)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_a_types_name_says_what_travels(engine: duckdb.DuckDBPyConnection, case: dict[str, Any]) -> None:
    columns, table = sent(engine, statement(case))
    for column, values in zip(columns, table.columns, strict=True):
        kind = parse_type(column.type)
        assert str(parse_type(str(kind))) == str(kind)
        assert values.cast(arrow_type(kind)).type == arrow_type(kind)
        assert nameless(values.type) == nameless(arrow_type(kind))


def nameless(kind: pa.DataType) -> str:
    """An Arrow type without what is no part of it: the names in lists, and which of its names UTC bears."""
    if pa.types.is_timestamp(kind):
        return f"{kind.unit} {kind.tz is not None}"
    if not kind.num_fields:
        return str(kind)
    fields = [kind.field(at) for at in range(kind.num_fields)]
    named = pa.types.is_struct(kind)
    inside = ", ".join(f"{field.name if named else ''} {nameless(field.type)}" for field in fields)
    return f"{type(kind).__name__}({inside})"


@pytest.mark.parametrize("name", ["", "?", "weird <x>", "STRUCT(a", "DECIMAL(4,2)]", "MAP(VARCHAR)", "ENUM('a"])
def test_a_name_that_cannot_be_read_is_a_type_all_the_same(name: str) -> None:
    assert parse_type(name) == LogicalType(name)
    assert arrow_type(parse_type(name)) == pa.string()
