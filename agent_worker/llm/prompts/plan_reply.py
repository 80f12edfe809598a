"""The planner's reply: the JSON schema it is held to, and how it becomes a plan."""

import json
from typing import Any, Literal

import msgspec

from agent_worker.llm.prompts.first_object import FirstObject
from agent_worker.llm.prompts.plan_end import MOST_BEFORE
from agent_worker.plan import ChartHint, DirectAnswer, Plan, SqlPlan
from agent_worker.whole_text import whole_json
from bus.contract.events import Clarification

_TEXT = {"type": "string"}
CHART_FIELDS: dict[str, Any] = {
    "kind": {"type": "string", "enum": ["none", "line", "bar", "scatter"]},
    "x": _TEXT,
    "y": _TEXT,
    "color": _TEXT,
}
_FIELDS: dict[str, Any] = {
    "kind": {"type": "string", "enum": ["sql", "clarification", "answer"]},
    # Before the statement on purpose: what is said first steers what is written next.
    "reading": _TEXT,
    "title": _TEXT,
    "sql": _TEXT,
    "chart": {
        "type": "object",
        "properties": CHART_FIELDS,
        "required": list(CHART_FIELDS),
        "additionalProperties": False,
    },
    "question": _TEXT,
    "suggestions": {"type": "array", "items": _TEXT},
    "text": _TEXT,
}

PLAN_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": _FIELDS,
    "required": list(_FIELDS),
    "additionalProperties": False,
}
"""One flat object rather than a union: servers differ in which unions their grammars know."""


class NotAPlan(ValueError):
    """A reply that is no plan; the text says what is wrong with it, for the model and for people."""


class _Chart(msgspec.Struct):
    kind: Literal["none", "line", "bar", "scatter"] = "none"
    x: str | None = None
    y: str | None = None
    color: str | None = None


class _Reply(msgspec.Struct):
    kind: Literal["sql", "clarification", "answer"]
    reading: str | None = None
    title: str | None = None
    sql: str | None = None
    chart: _Chart | None = None
    question: str | None = None
    suggestions: list[str] | None = None
    text: str | None = None


def fits_schema(text: str) -> bool:
    """Whether a reply is what a server gives that holds it to PLAN_SCHEMA: one object with all fields, and no word
    beside it."""
    try:
        fields = json.loads(text)
        msgspec.convert(fields, _Reply)
    except (ValueError, RecursionError, msgspec.ValidationError):
        return False
    return isinstance(fields, dict) and set(fields) == set(_FIELDS)


def read_plan(text: str) -> Plan:
    """A plan out of a reply, which may have words or a code fence around its JSON. Raises NotAPlan."""
    return plan_of(_first_object(text))


def plan_of(fields: dict[str, Any]) -> Plan:
    """The plan that these fields are. Raises NotAPlan."""
    try:
        reply = msgspec.convert(whole_json(fields), _Reply)
    except (msgspec.ValidationError, RecursionError) as error:
        raise NotAPlan(str(error)) from error
    if reply.kind == "sql":
        return SqlPlan(_needed(reply.sql, "sql").rstrip("; \n"), reply.title or "", reply.reading or "", _chart(reply))
    if reply.kind == "clarification":
        return Clarification(_needed(reply.question, "question"), reply.suggestions or [])
    return DirectAnswer(_needed(reply.text, "text"))


def _first_object(text: str) -> dict[str, Any]:
    """The first JSON object in the text."""
    found = FirstObject()
    found.add(text)
    if found.value is not None:
        return found.value
    if found.begun:
        raise NotAPlan(f"its JSON object is cut off after {len(found.left):,} characters")
    if found.said > MOST_BEFORE:
        raise NotAPlan(f"it begins no JSON object within {MOST_BEFORE} characters")
    raise NotAPlan("it holds no JSON object")


def _needed(value: str | None, field: str) -> str:
    if value is None or not value.strip():
        raise NotAPlan(f"`{field}` is empty")
    return value.strip()


def _chart(reply: _Reply) -> ChartHint | None:
    chart = reply.chart
    if chart is None or chart.kind == "none" or not chart.x or not chart.y:
        return None
    return ChartHint(chart.kind, chart.x, chart.y, chart.color or None)
