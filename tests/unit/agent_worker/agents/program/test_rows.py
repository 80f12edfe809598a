"""Rows of a program: exactly the values of their type, or none."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from agent_worker.agents.program.rows import RowsError, schema_of, table_of
from bus.contract.events import Column


def values(kind: str, *given: Any) -> list[Any]:
    columns = [Column("c", kind)]
    taken: list[Any] = table_of([[value] for value in given], columns, schema_of(columns)).column(0).to_pylist()
    return taken


@pytest.mark.parametrize(
    ("kind", "given", "taken"),
    [
        ("BIGINT", [1, "9007199254740993", None], [1, 9007199254740993, None]),
        ("ubigint", [18446744073709551615], [18446744073709551615]),
        ("DOUBLE", [1, 2.5, "Infinity"], [1.0, 2.5, float("inf")]),
        ("DECIMAL(10,2)", ["1.10", 3], [Decimal("1.10"), Decimal("3.00")]),
        ("BOOLEAN", [True, None], [True, None]),
        ("VARCHAR", ["", "ä"], ["", "ä"]),
        ("DATE", ["2013-02-28"], [date(2013, 2, 28)]),
        ("TIME", ["05:00:00.5"], [time(5, 0, 0, 500_000)]),
        ("TIMESTAMP", ["2013-01-01T05:00:00"], [datetime(2013, 1, 1, 5)]),
        ("TIMESTAMP WITH TIME ZONE", ["2013-01-01T05:00:00-05:00"], [datetime(2013, 1, 1, 10, tzinfo=UTC)]),
        ("BLOB", ["AP8="], [b"\x00\xff"]),
    ],
)
def test_values_of_each_type(kind: str, given: list[Any], taken: list[Any]) -> None:
    assert values(kind, *given) == taken


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("BIGINT", 1.0), ("BIGINT", True), ("BIGINT", "1.5"), ("BIGINT", 2**63), ("UTINYINT", -1), ("TINYINT", 128),
        ("DOUBLE", "1.5"), ("DOUBLE", True), ("DECIMAL(4,2)", 1.1), ("DECIMAL(4,2)", "123.45"),
        ("DECIMAL(4,2)", "1.234"), ("DECIMAL(4,2)", "NaN"), ("BOOLEAN", 1), ("VARCHAR", 1), ("DATE", "2013-02-30"),
        ("DATE", "2013-02-28T00:00:00"), ("TIMESTAMP", "2013-01-01T00:00:00.1234567"), ("TIME", "24:00:01"),
        ("TIMESTAMP", "2013-01-01T00:00:00Z"), ("TIMESTAMP WITH TIME ZONE", "2013-01-01T00:00:00"), ("BLOB", "A"),
        ("BIGINT", "1_000"), ("BIGINT", " 7"), ("BIGINT", "٣"), ("DECIMAL(4,2)", "1_0"), ("DECIMAL(4,2)", " 1"),
        ("DOUBLE", []), ("DOUBLE", {}), ("DOUBLE", 10**400),
    ],
)  # fmt: skip
def test_nothing_is_guessed(kind: str, wrong: Any) -> None:
    with pytest.raises(RowsError, match="column 'c'"):
        values(kind, wrong)


def test_types_that_are_not_known_and_rows_of_another_width() -> None:
    with pytest.raises(RowsError, match="is of type 'POINT'"):
        schema_of([Column("c", "POINT")])
    columns = [Column("a", "BIGINT"), Column("b", "BIGINT")]
    with pytest.raises(RowsError, match="row 2 has 1 values, and there are 2 columns"):
        table_of([[1, 2], [3]], columns, schema_of(columns))
