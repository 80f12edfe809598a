"""How a model's reply becomes a plan."""

import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_worker.llm.prompts.plan_reply import PLAN_SCHEMA, NotAPlan, read_plan
from agent_worker.plan import ChartHint, DirectAnswer, SqlPlan
from bus.contract.events import Clarification
from tests.fakes.scripts import clarification_json, plan_json


def test_schema_is_strict_and_names_every_field_that_is_read() -> None:
    assert set(PLAN_SCHEMA["required"]) == set(PLAN_SCHEMA["properties"]) == set(json.loads(plan_json("x")))
    assert PLAN_SCHEMA["additionalProperties"] is False


@pytest.mark.parametrize("around", ["{}", "Here:\n```json\n{}\n```\nDone.", "<think>{{a}}</think>{}", "  {}  "])
def test_json_may_stand_among_words(around: str) -> None:
    reply = around.replace("{}", plan_json("SELECT 1;")).replace("{{a}}", "{a}")
    assert read_plan(reply) == SqlPlan("SELECT 1", "Result", "as asked")


def test_the_least_that_a_plan_needs() -> None:
    assert read_plan('{"kind": "sql", "sql": "SELECT 1", "chart": null}') == SqlPlan("SELECT 1")
    assert read_plan('{"kind": "answer", "text": "Hello"}') == DirectAnswer("Hello")
    assert read_plan(clarification_json("Which?", "a")) == Clarification("Which?", ["a"])


def test_chart_needs_both_axes() -> None:
    whole = {"kind": "line", "x": "day", "y": "n", "color": ""}
    assert read_plan(plan_json("SELECT 1", whole)) == SqlPlan(
        "SELECT 1", "Result", "as asked", ChartHint("line", "day", "n")
    )
    assert read_plan(plan_json("SELECT 1", whole | {"y": ""})) == SqlPlan("SELECT 1", "Result", "as asked")


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        ("", "no complete JSON object"),
        ("SELECT 1", "no complete JSON object"),
        ('{"kind": "sql", "sql": "SEL', "no complete JSON object"),
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
