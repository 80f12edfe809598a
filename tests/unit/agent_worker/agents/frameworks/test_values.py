"""What agents of frameworks return becomes text, rows and questions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from agent_worker.agents.frameworks.approvals import means_yes
from agent_worker.agents.frameworks.values import output, question_of


@dataclass
class City:
    name: str
    people: int


ROWS = [{"name": "Rome", "people": 3}, {"name": "Oslo", "people": 1}]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("text", ["text"]),
        (City("Rome", 3), [ROWS[:1]]),
        ([City("Rome", 3), City("Oslo", 1)], [ROWS]),
        (ROWS[0], [ROWS[:1]]),
        (42, ["42"]),
        ([1, 2], ["[1, 2]"]),
        (None, []),
        ([], []),
    ],
)
def test_results(value: Any, said: list[Any]) -> None:
    assert list(output(value)) == said


@pytest.mark.parametrize("frame", [pd.DataFrame(ROWS), pa.Table.from_pylist(ROWS), pa.RecordBatch.from_pylist(ROWS)])
def test_frames(frame: Any) -> None:
    (table,) = output(frame)
    assert isinstance(table, pa.Table)
    assert table.to_pylist() == ROWS


def table_of(value: Any) -> Any:
    (table,) = output(value)
    return table


def test_an_index_that_says_something_is_a_column() -> None:
    frame = pd.DataFrame({"carrier": ["UA", "B6", "UA"], "delay": [1.0, 2.0, 3.0]})
    grouped = table_of(frame.groupby("carrier").mean())
    assert grouped.to_pylist() == [{"carrier": "B6", "delay": 2.0}, {"carrier": "UA", "delay": 2.0}]
    described = table_of(frame.agg({"delay": ["min", "max"]}))
    assert described.to_pylist() == [{"index": "min", "delay": 1.0}, {"index": "max", "delay": 3.0}]
    some = table_of(frame[frame.delay > 1])
    assert some.column_names == ["carrier", "delay"]
    wide = table_of(frame.groupby("carrier").agg({"delay": ["min", "max"]}))
    assert wide.column_names == ["carrier", "delay min", "delay max"]
    assert list(frame.columns) == ["carrier", "delay"]


def test_a_frame_whose_values_would_be_cut_off_is_refused() -> None:
    with pytest.raises(ValueError, match="'when' holds dates and dates and times without a zone: make them one kind"):
        list(output(pd.DataFrame({"when": pd.Series([date(2024, 1, 1), datetime(2024, 1, 1, 5)], dtype=object)})))


def test_questions() -> None:
    assert question_of("Which?") == ("Which?", [])
    assert question_of({"question": "Which?", "options": ["a", 2]}) == ("Which?", ["a", "2"])
    assert question_of({"amount": 5}) == ('{"amount": 5}', [])


def test_only_a_plain_yes_is_one() -> None:
    assert [means_yes(text) for text in ("yes", "Yes.", " OK ", "no", "yes, but not Boston", "", "yesterday")] == [
        True, True, True, False, False, False, False,
    ]  # fmt: skip
