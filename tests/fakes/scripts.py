"""Named scripts for the fake model server: a planner that knows the sample flights, and one fault each."""

import json
from typing import Any

from tests.fakes.replies import Fail, Recorded, Reply, Say, Script

COUNT_PER_CARRIER = "SELECT carrier, count(*) AS flights FROM flights GROUP BY carrier ORDER BY flights DESC"
PLANS: tuple[tuple[str, str, dict[str, str] | None], ...] = (
    ("delay", "SELECT month, avg(dep_delay) AS delay FROM flights GROUP BY month ORDER BY month", None),
    ("destination", "SELECT dest, count(*) AS flights FROM flights GROUP BY dest ORDER BY flights DESC LIMIT 5", None),
    ("everything", "SELECT * FROM flights", None),
    ("forever", "SELECT count(*) AS n FROM range(1000000) a, range(1000000) b, flights", None),
    ("", COUNT_PER_CARRIER, {"kind": "bar", "x": "carrier", "y": "flights", "color": ""}),
)
"""Word in the question, statement, chart; the last fits every question."""

_NO_CHART = {"kind": "none", "x": "", "y": "", "color": ""}


def plan_json(sql: str, chart: dict[str, str] | None = None, **rest: Any) -> str:
    """A planner's reply that runs this statement."""
    reply = {"kind": "sql", "reading": "", "title": "Result", "sql": sql, "chart": chart or _NO_CHART}
    return json.dumps(reply | {"question": "", "suggestions": [], "text": ""} | rest)


def clarification_json(question: str, *suggestions: str) -> str:
    return plan_json("", kind="clarification", question=question, suggestions=list(suggestions))


def is_planning(recorded: Recorded) -> bool:
    """Does this request ask for a plan (rather than for the words of an answer)?"""
    return "<catalog>" in recorded.system


def in_pieces(text: str, size: int = 12, **rest: Any) -> Say:
    return Say(tuple(text[at : at + size] for at in range(0, len(text), size)), **rest)


def flights(*, words: int = 60, delay_s: float = 0.0) -> Script:
    """Plans over the sample flights, then an answer of so many words."""

    def script(recorded: Recorded) -> Reply:
        if is_planning(recorded):
            return in_pieces(_plan_for(_question(recorded)), thinking="Which table holds it?", cached_tokens=900)
        return Say(answer_tokens(words), delay_s=delay_s)

    return script


def answer_tokens(words: int) -> tuple[str, ...]:
    """A markdown answer of so many words: a bold beginning, then numbered words, ten to a line."""
    rest = (f"word{number}" + ("\n" if number % 10 == 0 else " ") for number in range(2, words + 1))
    return ("**Answer:** ", *rest)


def _question(recorded: Recorded) -> str:
    return recorded.last_message.rsplit("<question>", 1)[-1].lower()


def _plan_for(question: str) -> str:
    if "clarify" in question:
        return clarification_json("Which delay do you mean?", "departure delay", "arrival delay")
    sql, chart = next((sql, chart) for word, sql, chart in PLANS if word in question)
    return plan_json(sql, chart)


def plain_only(inner: Script) -> Script:
    """A server that knows none of the fields that only hosted models have."""

    def script(recorded: Recorded) -> Reply:
        unknown = [name for name in ("output_config", "thinking") if name in recorded.body]
        if unknown or not isinstance(recorded.body.get("system", ""), str):
            name = unknown[0] if unknown else "system.0.cache_control"
            return Fail(400, "invalid_request_error", f"{name}: Extra inputs are not permitted")
        return inner(recorded)

    return script


def no_tools(inner: Script, status: int = 400) -> Script:
    """A server that takes no tools."""

    def script(recorded: Recorded) -> Reply:
        if "tools" in recorded.body:
            return Fail(status, "invalid_request_error", "tools: Extra inputs are not permitted")
        return inner(recorded)

    return script


def _after_plan(answer: Reply) -> Script:
    planner = flights()
    return lambda recorded: planner(recorded) if is_planning(recorded) else answer


def named(name: str, *, words: int = 60, delay_s: float = 0.03) -> Script:
    """The script of that name (see NAMES)."""
    tokens = answer_tokens(words)
    scripts: dict[str, Script] = {
        "flights": flights(words=words, delay_s=delay_s),
        "plain": plain_only(flights(words=words, delay_s=delay_s)),
        "clarify": lambda _: in_pieces(clarification_json("Which year?", "2012", "2013")),
        "missing_table": lambda _: in_pieces(plan_json("SELECT * FROM no_such_table")),
        "bad_plan": lambda _: Say(("SELECT carrier FROM flights",)),
        "stall": _after_plan(Say(tokens[:10], delay_s=delay_s, then="stall")),
        "drop": _after_plan(Say(tokens[:10], delay_s=delay_s, then="drop")),
        "refusal": _after_plan(Say(tokens[:10], delay_s=delay_s, stop_reason="refusal")),
        "max_tokens": _after_plan(Say(tokens, delay_s=delay_s, stop_reason="max_tokens")),
        "slow": _after_plan(Say(tokens, delay_s=delay_s, header_delay_s=5)),
        "overloaded": lambda _: Fail(529, "overloaded_error", "Overloaded"),
        "rate_limited": lambda _: Fail(429, "rate_limit_error", "Slow down", {"retry-after": "120"}),
        "unauthorized": lambda _: Fail(401, "authentication_error", "invalid x-api-key"),
    }
    return scripts[name]


NAMES = (
    *("flights", "plain", "clarify", "missing_table", "bad_plan", "stall", "drop", "refusal", "max_tokens", "slow"),
    *("overloaded", "rate_limited", "unauthorized"),
)
