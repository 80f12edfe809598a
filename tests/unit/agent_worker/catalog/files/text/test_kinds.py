"""A kind's value is an error for a text that is not of the kind, and never another value."""

import duckdb
import pytest

from agent_worker.catalog.files.text.kinds import COMMA, DECIMAL, KINDS, TextKind, on


def value(kind: TextKind, text: str, typed: str = "") -> str:
    return f"SELECT {on(kind.value, repr(text), typed or kind.type)}"


@pytest.mark.parametrize("text", ["2.5", "25e-1", "2.5E0", "x", "0x1F", "1_000", "0b11"])
def test_whole_numbers_are_not_rounded(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    kinds = [kind for kind in KINDS if kind.type in ("BIGINT", "HUGEINT")]
    assert len(kinds) == 2
    for kind in kinds:
        assert connection.execute(value(kind, "-25")).fetchall() == [(-25,)]
        with pytest.raises(duckdb.Error, match=r"[Cc]onver"):
            connection.execute(value(kind, text)).fetchall()


@pytest.mark.parametrize("kind", [DECIMAL, COMMA])
@pytest.mark.parametrize("text", ["2.55", "25e-2", "255E-2", "x"])
def test_decimals_are_not_rounded(connection: duckdb.DuckDBPyConnection, kind: TextKind, text: str) -> None:
    written = text.replace(".", ",") if kind is COMMA else text
    with pytest.raises(duckdb.Error, match="Could not convert"):
        connection.execute(value(kind, written, "DECIMAL(5,1)")).fetchall()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATE", "2020-01-01 10:00:00"),
        ("DATE", "01.02.20"),
        ("TIMESTAMP", "2020-01-01 10:00:00.1234567"),
        ("TIMESTAMP", "2020-01-01 10:00:00+02"),
        ("TIMESTAMP", "2020-01-01 10:00-05"),
        ("TIMESTAMP_NS", "2020-01-01 10:00:00.1234567891"),
        ("TIMESTAMP WITH TIME ZONE", "2020-01-01 10:00:00"),
        ("TIME", "10:00:00.1234567"),
        ("TIME", "10:00:00+02"),
        ("BOOLEAN", "1"),
        ("BOOLEAN", "yes"),
    ],
)
def test_moments_and_truth_values_are_not_cut(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    kinds = [kind for kind in KINDS if kind.type == name]
    assert kinds
    for kind in kinds:
        with pytest.raises(duckdb.Error, match=r"[Cc]onver|could not be|out of range|invalid|Could not parse"):
            connection.execute(value(kind, text)).fetchall()
