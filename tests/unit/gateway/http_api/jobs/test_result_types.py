"""Every type in every download, without rows too, read back by Arrow, DuckDB and pandas."""

import io
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from bus.contract.events import Column
from bus.values.arrow_types import arrow_type
from bus.values.logical_types import parse_type, projection
from gateway.http_api.jobs.export_formats import WRITERS
from tests.values import CASES, statement, texts


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'").fetchall()
        yield connection


def result(engine: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[Column], bytes]:
    """Columns and rows as a job's stream holds them."""
    relation = engine.sql(sql)
    columns = [Column(name, str(kind)) for name, kind in zip(relation.columns, relation.types, strict=True)]
    parts = projection(relation.columns, (column.type for column in columns))
    table = (relation.project(parts) if parts else relation).to_arrow_reader().read_all()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return columns, bytes(sink.getvalue())


def written(kind: str, columns: list[Column], *pieces: bytes) -> bytes:
    writer = WRITERS[kind](columns)
    return b"".join([*(writer.rows(piece) for piece in pieces), writer.end()])


def beyond_python(case: dict[str, Any]) -> bool:
    """Values for which Python's datetime, and so pandas unless it is told to keep Arrow's types, has no room."""
    return any(part in case["text"] for part in ("infinity", "(BC)", "10000-", "5881580-", "24:00:00"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_parquet(engine: duckdb.DuckDBPyConnection, case: dict[str, Any], tmp_path: Path) -> None:
    columns, rows = result(engine, statement(case))
    file = tmp_path / "result.parquet"
    file.write_bytes(written("parquet", columns, rows, rows))
    names = [f"x_{at}" if at > 1 else "x" for at in range(1, len(columns) + 1)]
    found = pa.parquet.read_table(file)
    assert (found.column_names, found.num_rows) == (names, 2)
    again = [Column(name, column.type) for name, column in zip(names, columns, strict=True)]
    read_columns, read_rows = result(engine, f"FROM '{file}'")
    assert [column.name for column in read_columns] == names
    assert json_rows(again, read_rows) == json_rows(columns, rows) * 2
    frame = pd.read_parquet(file, dtype_backend="pyarrow" if beyond_python(case) else "numpy_nullable")
    assert list(frame.columns) == names
    assert len(frame) == 2


def json_rows(columns: list[Column], rows: bytes) -> list[list[Any]]:
    found: list[list[Any]] = msgspec.json.decode(written("json", columns, rows))["rows"]
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_parquet_without_rows_keeps_the_types(
    engine: duckdb.DuckDBPyConnection, case: dict[str, Any], tmp_path: Path
) -> None:
    columns, rows = result(engine, statement(case))
    empty, full = tmp_path / "empty.parquet", tmp_path / "full.parquet"
    empty.write_bytes(written("parquet", columns))
    full.write_bytes(written("parquet", columns, rows))
    assert pa.parquet.read_schema(empty) == pa.parquet.read_schema(full)
    assert pa.parquet.read_schema(empty).types == [arrow_type(parse_type(column.type)) for column in columns]
    assert engine.sql(f"FROM '{empty}'").types == engine.sql(f"FROM '{full}'").types
    assert len(pd.read_parquet(empty)) == 0


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_csv(engine: duckdb.DuckDBPyConnection, case: dict[str, Any], tmp_path: Path) -> None:
    columns, rows = result(engine, statement(case))
    file = tmp_path / "result.csv"
    file.write_bytes(written("csv", columns, rows))
    names = ["x", *(f"x_{at}" for at in range(2, len(columns) + 1))]
    expected = texts(case)
    as_text = pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    newlines = pa.csv.ParseOptions(newlines_in_values=True)
    found = pa.csv.read_csv(file, parse_options=newlines, convert_options=as_text)
    assert list(found.to_pylist()[0].values()) == expected
    assert pd.read_csv(file, dtype=str, keep_default_na=False).values.tolist() == [expected]
    by_engine = f"FROM read_csv('{file}', header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"')"
    assert [text or "" for text in engine.sql(by_engine).fetchall()[0]] == expected
    empty = written("csv", columns).decode()
    assert list(pd.read_csv(io.StringIO(empty)).columns) == names


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sql"])
def test_json(engine: duckdb.DuckDBPyConnection, case: dict[str, Any], tmp_path: Path) -> None:
    columns, rows = result(engine, statement(case))
    file = tmp_path / "result.json"
    file.write_bytes(written("json", columns, rows))
    found = json.loads(file.read_text())
    assert json.dumps(found["rows"][0][0]) == json.dumps(case["json"])
    frame = pd.DataFrame(found["rows"], columns=[column["name"] for column in found["columns"]])
    assert list(frame.columns)[:2] == ["x", "x_2"]
    ((count,),) = engine.sql(
        f"SELECT json_array_length(rows) FROM read_json('{file}', columns = {{rows: 'JSON'}})"
    ).fetchall()
    assert count == 1
    assert json.loads(written("json", columns))["columns"][0] == {"name": "x", "type": case["type"]}


def test_names_are_distinct_whatever_their_case_and_keep_clear_of_each_other(engine: duckdb.DuckDBPyConnection) -> None:
    columns, rows = result(engine, "SELECT 1 AS a, 2 AS a, 3 AS A, 4 AS a_2, 5 AS b")
    assert pa.parquet.read_table(io.BytesIO(written("parquet", columns, rows))).to_pylist() == [
        {"a": 1, "a_3": 2, "A_4": 3, "a_2": 4, "b": 5}
    ]


@pytest.mark.parametrize("kind", ["INTEGER", "VARCHAR", "DOUBLE", "DATE", "INTEGER[]"])
def test_no_row_of_a_single_column_is_lost(engine: duckdb.DuckDBPyConnection, kind: str, tmp_path: Path) -> None:
    columns, rows = result(engine, f"SELECT NULL::{kind} AS v FROM range(3)")
    file = tmp_path / "result.csv"
    file.write_bytes(written("csv", columns, rows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert pd.read_csv(file).isna().sum().tolist() == [3]
    assert pa.csv.read_csv(file).num_rows == 3
    assert engine.sql(f"SELECT count(*), count(v) FROM read_csv('{file}', header = true)").fetchall() == [(3, 0)]


def test_null_and_empty_text_differ_in_csv(engine: duckdb.DuckDBPyConnection) -> None:
    columns, rows = result(engine, "SELECT * FROM (VALUES ('', 1), (NULL, 2)) t(text, n)")
    assert written("csv", columns, rows) == b'"text","n"\n"",1\n,2\n'
