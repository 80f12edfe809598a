"""Texts and rows of an agent become events."""

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from agent_worker.context import AgentContext, AgentOutput
from agent_worker.runtime.output import OutputConverter
from bus.contract.agents import BUNDLED_AGENTS
from bus.contract.data_place import DataPlace
from bus.contract.events import Column, Event, ResponseChunk, Status, TableRows, TableSchema, Warn
from bus.contract.settings import Settings
from bus.values.rows import json_rows
from tests.harness.jobs.outlets import Recorder


@pytest.fixture
def context(tmp_path: Path) -> AgentContext:
    return AgentContext(Settings(), BUNDLED_AGENTS["sql"], DataPlace(), tmp_path, Recorder())


def said(context: AgentContext, *words: AgentOutput, max_rows: int = 1_000_000) -> list[Event]:
    output = OutputConverter(context, max_rows)
    return [event for word in words for event in output.events(word)]


def rows(events: list[Event]) -> list[list[Any]]:
    return [row for event in events if isinstance(event, TableRows) for row in json_rows(event.arrow)]


def test_texts_and_events(context: AgentContext) -> None:
    assert said(context, "one ", Status("two")) == [ResponseChunk("response", "one "), Status("two")]


def test_rows_are_one_table_whatever_they_come_as(context: AgentContext) -> None:
    dicts = [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
    events = said(context, dicts, pa.table({"b": ["y"], "a": pa.array([3], pa.int32())}), pa.record_batch({"a": [4]}))
    assert events[0] == TableSchema([Column("a", "BIGINT"), Column("b", "VARCHAR")])
    assert [type(event) for event in events[1:]] == [TableRows] * 3
    assert rows(events) == [[1, "x"], [2, None], [3, "y"], [4, None]]


def test_many_rows_leave_in_bounded_pieces(context: AgentContext) -> None:
    events = said(context, pa.table({"n": range(250_000), "s": ["some text"] * 250_000}))
    sizes = [len(event.arrow) for event in events if isinstance(event, TableRows)]
    assert len(sizes) > 10
    assert max(sizes) < 300_000
    assert [row[0] for row in rows(events)] == list(range(250_000))


def test_a_table_without_rows_has_columns_and_nothing_has_none(context: AgentContext) -> None:
    assert said(context, pa.table({"n": pa.array([], pa.int64())})) == [TableSchema([Column("n", "BIGINT")])]
    assert said(context, []) == []


def test_too_many_rows_are_cut_off_and_people_are_told_once(context: AgentContext) -> None:
    events = said(context, [{"n": 1}, {"n": 2}], [{"n": 3}, {"n": 4}], [{"n": 5}], max_rows=3)
    assert rows(events) == [[1], [2], [3]]
    assert [event for event in events if isinstance(event, Warn)] == [
        Warn("The result was cut off after 3 rows, the limit for one question.")
    ]
    assert context.truncated


@pytest.mark.parametrize(
    ("second", "says"), [({"n": 1, "m": 2}, "m did not stand in them"), ({"n": "text"}, "do not fit the first ones")]
)
def test_rows_that_do_not_fit_are_refused(context: AgentContext, second: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        said(context, [{"n": 1}], [second])


def test_a_column_that_only_later_rows_have_is_one(context: AgentContext) -> None:
    events = said(context, [{"a": 1}, {"b": 2, "a": 3}])
    assert events[0] == TableSchema([Column("a", "BIGINT"), Column("b", "BIGINT")])
    assert rows(events) == [[1, None], [3, 2]]


DAY, NOON = datetime.date(2013, 1, 1), datetime.datetime(2013, 1, 1, 12)
ZONED = NOON.replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ([DAY, NOON], "dates and dates and times without a zone: make them one kind"),
        ([NOON, ZONED], "dates and times with a zone and dates and times without a zone"),
        ([[NOON], [ZONED]], "make them one kind"),
        ([{"at": NOON}, {"at": ZONED}], "in .at: make them one kind"),
        ([ZONED.timetz()], "times of day with a zone, which no type has"),
        (["text", b"bytes"], "bytes and texts"),
        ([2**64], "column 'v' cannot be made of its values"),
    ],
)
def test_a_column_that_would_lose_a_part_of_a_value_is_refused(
    context: AgentContext, values: list[Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        said(context, [{"v": value} for value in values])


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (pa.array([DAY]), pa.array([NOON])),
        (pa.array([NOON]), pa.array([ZONED])),
        (pa.array([ZONED]), pa.array([NOON])),
        (pa.array([NOON.time()]), pa.array([NOON])),
        (pa.array([True]), pa.array([5])),
        (pa.array([NOON]), pa.array([5])),
        (pa.array([5]), pa.array(["5"])),
        (pa.array([Decimal("1.10")]), pa.array([1.005])),
    ],
)
def test_later_rows_are_not_bent_to_the_first_ones(context: AgentContext, first: pa.Array, then: pa.Array) -> None:
    with pytest.raises(ValueError, match="these do not fit the first ones"):
        said(context, pa.table({"v": first}), pa.table({"v": then}))


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [
        (pa.array([1.5]), pa.array([2]), 2.0),
        (pa.array([Decimal("1.10")]), pa.array([1.25]), "1.25"),
        (pa.array([NOON]), pa.array([DAY]), "2013-01-01T00:00:00"),
        (pa.array(["a"]).dictionary_encode(), pa.array(["b"]), "b"),
        (pa.array(["a"]), pa.array(["b"]).dictionary_encode(), "b"),
        (pa.array([1]), pa.nulls(1), None),
    ],
)
def test_later_rows_of_another_type_that_hold_the_same_are_taken(
    context: AgentContext, first: pa.Array, then: pa.Array, shown: object
) -> None:
    assert rows(said(context, pa.table({"v": first}), pa.table({"v": then})))[1] == [shown]


def test_two_columns_of_one_name_are_told_apart_by_their_places(context: AgentContext) -> None:
    table = pa.Table.from_arrays([pa.array([1]), pa.array(["x"])], names=["a", "a"])
    assert rows(said(context, table, table)) == [[1, "x"], [1, "x"]]


@pytest.mark.parametrize("wrong", [7, b"bytes", ["texts"], {"a": 1}, None])
def test_what_cannot_be_said_is_named(context: AgentContext, wrong: Any) -> None:
    with pytest.raises(TypeError, match="an agent yields a text, rows"):
        said(context, wrong)


def test_types_are_called_as_the_engine_calls_them(context: AgentContext) -> None:
    values = [True, 1.5, "x", b"x", datetime.date(2013, 1, 1), datetime.datetime(2013, 1, 1), Decimal("1.25"), [1]]
    names = "BOOLEAN DOUBLE VARCHAR BLOB DATE TIMESTAMP DECIMAL(3,2) BIGINT[]"
    assert [type_name(context, pa.array([value])) for value in values] == names.split()
    assert type_name(context, pa.array([], pa.timestamp("us", "UTC"))) == "TIMESTAMP WITH TIME ZONE"
    assert type_name(context, pa.array(["a"]).dictionary_encode()) == "VARCHAR"
    assert type_name(context, pa.array([{"a": [1]}])) == 'STRUCT("a" BIGINT[])'


def type_name(context: AgentContext, values: pa.Array) -> str:
    schema = next(event for event in said(context, pa.table({"v": values})) if isinstance(event, TableSchema))
    return schema.columns[0].type


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (pa.array([1500], pa.duration("ms")), "PT1.5S"),
        (pa.array([pa.MonthDayNano([1, 2, 0])]), "P1M2D"),
        (pa.array([{"a": datetime.timedelta(seconds=1)}]), '{"a":"PT1S"}'),
        (pa.array([Decimal("1.5")], pa.decimal256(50, 1)), "1.5"),
        (pa.array(["a"]).dictionary_encode(), "a"),
        (pa.array([0.5], pa.float16()), 0.5),
        (pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([7])]), "7"),
    ],
)
def test_what_cannot_travel_as_it_is_travels_as_text(context: AgentContext, values: pa.Array, shown: object) -> None:
    events = said(context, pa.table({"v": values}))
    assert rows(events) == [[shown]]
