"""How a model's reply becomes a plan."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.llm.prompts.first_object import FirstObject
from agent_worker.llm.prompts.plan_end import PlanEnd
from agent_worker.llm.prompts.plan_reply import PLAN_SCHEMA, NotAPlan, read_plan
from agent_worker.plan import ChartHint, DirectAnswer, SqlPlan
from bus.contract.events import Clarification
from tests.fakes.scripts import clarification_json, plan_json


def test_schema_is_strict_and_names_every_field_that_is_read() -> None:
    assert set(PLAN_SCHEMA["required"]) == set(PLAN_SCHEMA["properties"]) == set(json.loads(plan_json("x")))
    assert PLAN_SCHEMA["additionalProperties"] is False


def test_line_breaks_in_a_statement_may_stand_as_they_are() -> None:
    assert read_plan('{"kind": "sql", "sql": "SELECT 1\n\tAS n"}') == SqlPlan("SELECT 1\n\tAS n")


def needed(text: str, size: int, limit_chars: int = 6_000) -> tuple[int, PlanEnd]:
    """How many characters of a text that comes in pieces of this size are taken."""
    end = PlanEnd(limit_chars)
    for at in range(0, len(text), size):
        if end(text[at : at + size]):
            return min(at + size, len(text)), end
    return -1, end


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
@pytest.mark.parametrize("before", ["", "Sure, {a} and {{b}}:\n```json\n"])
def test_a_plan_is_over_with_its_first_whole_object(before: str, size: int) -> None:
    plan = plan_json('SELECT "{" AS a, \'}\\"\' AS b')
    taken, _ = needed(before + plan + " and so on" * 1_000, size)
    assert taken >= 0
    assert taken // size == -(-len(before + plan) // size) or size == 10_000


@pytest.mark.parametrize(
    ("text", "limit_chars", "taken", "too_long"),
    [
        ("blah " * 1_000, 6_000, 501, False),
        ("{x " * 1_000, 6_000, 501, False),
        ('{"kind": "' + "sql" * 1_000, 1_000, 1_001, True),
    ],
)
def test_a_model_that_babbles_is_not_waited_for(text: str, limit_chars: int, taken: int, too_long: bool) -> None:
    count, end = needed(text, 1, limit_chars)
    assert (count, end.too_long) == (taken, too_long)


@given(st.text('{}"\\a: 1,[]'), st.integers(1, 5))
def test_the_pieces_do_not_matter(text: str, size: int) -> None:
    whole, pieces = FirstObject(), FirstObject()
    whole.add(text)
    for at in range(0, len(text), size):
        pieces.add(text[at : at + size])
    assert (whole.value, whole.begun) == (pieces.value, pieces.begun)


@pytest.mark.parametrize("around", ["{}", "Here:\n```json\n{}\n```\nDone.", "{{a}}{}", "  {}  "])
def test_json_may_stand_among_words(around: str) -> None:
    reply = around.replace("{}", plan_json("SELECT 1;")).replace("{{a}}", "{a}")
    assert read_plan(reply) == SqlPlan("SELECT 1", "Result")


def test_the_least_that_a_plan_needs() -> None:
    assert read_plan('{"kind": "sql", "sql": "SELECT 1", "chart": null}') == SqlPlan("SELECT 1")
    assert read_plan('{"kind": "answer", "text": "Hello"}') == DirectAnswer("Hello")
    assert read_plan(clarification_json("Which?", "a")) == Clarification("Which?", ["a"])


def test_the_reading_is_kept() -> None:
    assert read_plan(plan_json("SELECT 1", reading="Departures count.")) == SqlPlan(
        "SELECT 1", "Result", "Departures count."
    )


def test_chart_needs_both_axes() -> None:
    whole = {"kind": "line", "x": "day", "y": "n", "color": ""}
    assert read_plan(plan_json("SELECT 1", whole)) == SqlPlan("SELECT 1", "Result", "", ChartHint("line", "day", "n"))
    assert read_plan(plan_json("SELECT 1", whole | {"y": ""})) == SqlPlan("SELECT 1", "Result")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ("", "no JSON object"),
        ("SELECT 1", "no JSON object"),
        ("x" * 501, "it begins no JSON object within 500 characters"),
        ('{"kind": "sql", "sql": "SEL', "its JSON object is cut off after 27 characters"),
        (plan_json("SELECT 1")[:-3], "its JSON object is cut off"),
        ('{"kind": "sql", "chart": {"kind": "bar", "x": "a", "y": "b"}, "sql": "SEL', "its JSON object is cut off"),
        ('{"kind": "sql", "sql": ""}', "`sql` is empty"),
        ('{"kind": "sql"}', "`sql` is empty"),
        ('{"kind": "clarification"}', "`question` is empty"),
        ('{"kind": "other"}', "Invalid enum value 'other'"),
        ('{"sql": "SELECT 1"}', "missing required field `kind`"),
        ('{"kind": "sql", "sql": 7}', "Expected `str | null`, got `int`"),
    ],
)
def test_what_is_no_plan_says_why(reply: str, says: str) -> None:
    with pytest.raises(NotAPlan, match=re.escape(says)):
        read_plan(reply)


@given(st.text())
def test_any_text_is_a_plan_or_not_a_plan(text: str) -> None:
    with suppress(NotAPlan):
        read_plan(text)
