"""What is said about the outside wire's objects."""

import pytest

from ops.render.sentences import chunk_sentence, ended_sentence


def test_a_killed_job_says_how_by_whom_and_why() -> None:
    data = {"rung": "terminate", "ms": 612.4, "by": "alice", "reason": "operator"}
    assert ended_sentence("agent_killed", data) == "stopped by terminate in 612 ms, asked by alice (operator)"


def test_a_failed_job_says_what_to_do_and_how_a_limit_stopped_it() -> None:
    data = {
        "error": "ran for 600 s",
        "code": "deadline",
        "hint": "ask for less",
        "stop": {"rung": "kill", "ms": 1002.0, "by": "supervisor"},
    }
    expected = "failed: ran for 600 s (deadline); ask for less; stopped by kill in 1.0 s"
    assert ended_sentence("agent_error", data) == expected


def test_a_job_that_succeeded_says_what_it_used() -> None:
    usage = {"rows": 12, "model_calls": 2, "input_tokens": 1200, "output_tokens": 80, "cost_usd": 0.0032}
    sentence = ended_sentence("agent_complete", {"result": {"usage": usage | {"estimated": False}}})
    assert sentence == "succeeded, 12 rows, 1,200 tokens in, 80 out, $0.0032"


CALL: dict[str, object] = {
    "type": "model_call",
    "purpose": "answer",
    "model": "claude-x",
    "ms": 300.0,
    "input_tokens": 1200,
    "cached_tokens": 0,
    "output_tokens": 80,
    "estimated": False,
    "cost_usd": 0.0032,
}

TOOL: dict[str, object] = {
    "type": "tool",
    "name": "peek",
    "arguments": {"sql": "select\n  1"},
    "ms": 12.0,
    "found": "1 row",
}


@pytest.mark.parametrize(
    ("chunk", "sentence"),
    [
        ({"type": "queue", "position": 3}, "waiting, number 3 in the queue"),
        (
            {"type": "queue", "position": 1, "note": "a place is kept"},
            "waiting, number 1 in the queue: a place is kept",
        ),
        ({"type": "status", "message": "reading\x1b[0m"}, "reading␛[0m"),
        ({"type": "node", "node": "planner", "state": "started", "ms": 0}, "planner started"),
        ({"type": "node", "node": "planner", "state": "finished", "ms": 12.0}, "planner finished after 12 ms"),
        ({"type": "progress", "fraction": 0.5, "message": "scanning"}, "50% scanning"),
        ({"type": "progress", "fraction": None, "message": ""}, ""),
        ({"type": "table_schema", "columns": [{"name": "n", "type": "BIGINT"}]}, "n BIGINT"),
        ({"type": "table_rows", "rows": [[1]] * 1200}, "1,200 rows"),
        (CALL | {"state": "started"}, "answer asks claude-x"),
        (CALL | {"state": "finished"}, "answer asks claude-x: finished after 300 ms, 1,200 tokens in, 80 out, $0.0032"),
        (
            CALL | {"state": "failed", "estimated": True, "cost_usd": None},
            "answer asks claude-x: failed after 300 ms, 1,200 tokens in, about 80 out",
        ),
        (TOOL | {"state": "started"}, "peek select 1"),
        (TOOL | {"state": "finished"}, "peek select 1: found 1 row after 12 ms"),
        (TOOL | {"state": "failed", "found": "no table x"}, "peek select 1: failed no table x after 12 ms"),
        ({"type": "sql", "sql": "select 1"}, "select 1"),
        ({"type": "chart", "spec": {"mark": {"type": "bar"}}}, "a bar chart"),
        ({"type": "chart", "spec": {"mark": "line"}}, "a line chart"),
        ({"type": "stopping", "rung": "cancel", "by": "bob", "reason": "user"}, "cancel, asked by bob (user)"),
        ({"type": "response_chunk", "field": "response", "chunk": "Hello"}, "Hello"),
        ({"type": "warning", "message": "offline"}, "offline"),
    ],
)
def test_chunks(chunk: dict[str, object], sentence: str) -> None:
    assert chunk_sentence(chunk) == sentence
