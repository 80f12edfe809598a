"""A kind's value is an error for a text that is not of the kind, and never another value."""

import duckdb
import pytest

from agent_worker.catalog.files.text.kinds import KINDS, on


@pytest.mark.parametrize("text", ["2.5", "25e-1", "2.5E0", "x"])
def test_whole_numbers_are_not_rounded(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    kinds = [kind for kind in KINDS if kind.type in ("BIGINT", "HUGEINT")]
    assert len(kinds) == 2
    for kind in kinds:
        assert connection.execute(f"SELECT {on(kind.value, 'x')} FROM (SELECT '-25' AS x)").fetchall() == [(-25,)]
        with pytest.raises(duckdb.ConversionException):
            connection.execute(f"SELECT {on(kind.value, 'x')} FROM (SELECT '{text}' AS x)").fetchall()
