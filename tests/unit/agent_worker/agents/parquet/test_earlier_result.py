"""What is the result of the question before again, and what is not."""

from typing import Any

import pytest

from agent_worker.agents.parquet.exploration.earlier_result import is_same, keep
from agent_worker.llm.prompts.preview import Preview, Totals
from bus.contract.events import Column


def result(*rows: tuple[Any, ...], count: int = 2, name: str = "n") -> Preview:
    return Preview((Column(name, "BIGINT"),), rows, count, totals=(Totals(0),))


BEFORE = result((1,), (2,))


@pytest.mark.parametrize(
    ("sql", "now", "same"),
    [
        ("SELECT b", BEFORE, True),
        ("SELECT b", result((1,), (2,), name="other"), True),
        ("SELECT   a\n", BEFORE, False),
        ("SELECT b", result((2,), (1,)), False),
        ("SELECT b", result((1,), (2,), count=3), False),
        ("SELECT b", result((1,), (None,)), False),
    ],
)
def test_the_same_rows_by_another_statement(sql: str, now: Preview, same: bool) -> None:
    store: dict[str, bytes] = {}
    assert not is_same(store, sql, now)
    keep(store, "SELECT a", BEFORE)
    assert is_same(store, sql, now) is same
