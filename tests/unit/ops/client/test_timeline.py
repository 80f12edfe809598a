"""From a record and a stream to spans, and from spans to bars."""

from typing import Any

import pytest

from ops.client.timed_events import TimedEvent
from ops.client.timeline import Span, timeline
from ops.render.timeline_view import timeline_lines

CREATED = 1000.0


def a_record(*moves: tuple[str, float], rungs: tuple[tuple[str, float], ...] = ()) -> dict[str, Any]:
    return {
        "created_at": CREATED,
        "moves": [{"state": state, "ms": ms} for state, ms in moves],
        "rungs": [{"rung": rung, "ms": ms, "by": "alice", "reason": "user"} for rung, ms in rungs],
    }


def said(at_ms: float | None, **chunk: Any) -> TimedEvent:
    return TimedEvent("agent_chunk", {"seq": 2, "chunk": chunk}, None if at_ms is None else CREATED + at_ms / 1000)


def ended(at_ms: float | None) -> TimedEvent:
    return TimedEvent("agent_complete", {"seq": 9}, None if at_ms is None else CREATED + at_ms / 1000)


def node(at_ms: float | None, name: str, state: str, ms: float = 0.0) -> TimedEvent:
    return said(at_ms, type="node", node=name, state=state, ms=ms)


def call(at_ms: float | None, state: str, ms: float = 0.0) -> TimedEvent:
    return said(at_ms, type="model_call", purpose="answer", model="claude-x", state=state, ms=ms)


def stream(exact: bool) -> list[TimedEvent]:
    """planner 100 ms, executor 400 ms with rows from 300 to 500 ms, answer 350 ms with a call of 300 ms."""

    def at(ms: float) -> float | None:
        return ms if exact else None

    return [
        node(at(50), "planner", "started"),
        node(at(150), "planner", "finished", 100.0),
        node(at(150), "executor", "started"),
        said(at(150), type="sql", sql="select\n 1"),
        said(at(300), type="table_rows", count=1000),
        said(at(500), type="table_rows", count=500),
        node(at(550), "executor", "finished", 400.0),
        node(at(550), "answer", "started"),
        call(at(560), "started"),
        said(at(560), type="response_chunk", field="prompt_monitor", chunk="### answer → claude-x\n\n"),
        said(at(600), type="response_chunk", field="response", chunk="Hello"),
        call(at(860), "finished", 300.0),
        node(at(900), "answer", "finished", 350.0),
        ended(at(900)),
    ]


LIFE = (("queued", 0.0), ("starting", 10.0), ("running", 50.0), ("succeeded", 900.0))


def test_spans_stand_where_the_log_says() -> None:
    spans = timeline(a_record(*LIFE), stream(exact=True), CREATED + 99)
    assert [(span.name, round(span.start_ms), round(span.end_ms), span.depth) for span in spans] == [
        ("queue", 0, 10, 0),
        ("start", 10, 50, 0),
        ("planner", 50, 150, 0),
        ("executor", 150, 550, 0),
        ("sql", 150, 550, 1),
        ("rows", 300, 500, 1),
        ("answer", 550, 900, 0),
        ("model", 560, 860, 1),
        ("text", 600, 600, 1),
    ]
    details = {span.name: span.detail for span in spans if span.detail}
    assert details == {"sql": "select 1", "rows": "1,500 rows", "model": "answer, claude-x", "text": "5 characters"}


def test_without_times_steps_follow_each_other_as_long_as_they_say() -> None:
    spans = timeline(a_record(*LIFE), stream(exact=False), CREATED + 99)
    assert [(span.name, round(span.start_ms), round(span.end_ms)) for span in spans] == [
        ("queue", 0, 10),
        ("start", 10, 50),
        ("planner", 50, 150),
        ("executor", 150, 550),
        ("sql", 150, 550),
        ("rows", 150, 550),
        ("answer", 550, 900),
        ("model", 550, 850),
        ("text", 550, 900),
    ]


def test_a_look_of_a_model_is_a_span() -> None:
    look = {"type": "tool", "name": "find", "arguments": {"words": "united"}}
    timed_events = [
        said(100, **look, state="started"),
        said(400, **look, state="finished", ms=300.0),
        said(450, **look, state="started"),
        said(850, **look, state="failed", ms=400.0),
    ]
    found = [span for span in timeline(a_record(*LIFE), timed_events, CREATED + 99) if span.name == "tool"]
    assert [(round(span.start_ms), round(span.end_ms), span.detail) for span in found] == [
        (100, 400, "find united"),
        (450, 850, "find united, failed"),
    ]


def test_a_call_that_failed_says_so() -> None:
    timed_events = [
        call(100, "started"),
        call(400, "failed", 300.0),
        call(450, "started"),
        call(850, "finished", 400.0),
    ]
    found = [span for span in timeline(a_record(*LIFE), timed_events, CREATED + 99) if span.name == "model"]
    assert [(round(span.start_ms), round(span.end_ms), span.detail) for span in found] == [
        (100, 400, "answer, claude-x, failed"),
        (450, 850, "answer, claude-x"),
    ]


@pytest.mark.parametrize("field", ["response", "prompt_monitor"])
def test_what_an_agent_writes_is_never_taken_for_a_call(field: str) -> None:
    timed_events = [said(100, type="response_chunk", field=field, chunk="### Paris → Rome\n\n7 output tokens · 300 ms")]
    assert "model" not in {span.name for span in timeline(a_record(*LIFE), timed_events, CREATED + 99)}


def test_a_stop_and_its_rungs_end_what_was_open() -> None:
    record = a_record(
        ("queued", 0.0),
        ("starting", 5.0),
        ("running", 40.0),
        ("stopping", 1000.0),
        ("cancelled", 1700.0),
        rungs=(("cancel", 0.0), ("terminate", 500.0)),
    )
    spans = timeline(record, [node(50, "executor", "started"), ended(1700)], CREATED + 99)
    assert [(span.name, span.start_ms, span.end_ms) for span in spans[2:]] == [
        ("executor", pytest.approx(50), 1700.0),
        ("stop", 1000.0, 1700.0),
        ("cancel", 1000.0, 1500.0),
        ("terminate", 1500.0, 1700.0),
    ]
    assert spans[3].detail == "by alice (user)"


def test_a_job_that_never_started() -> None:
    record = a_record(("queued", 0.0), ("cancelled", 700.0))
    assert timeline(record, [ended(700)], CREATED + 99) == [Span("queue", 0.0, 700.0)]


def test_a_job_that_lives_is_drawn_until_now() -> None:
    record = a_record(("queued", 0.0), ("starting", 5.0), ("running", 40.0))
    spans = timeline(record, [node(50, "executor", "started")], CREATED + 2)
    assert (spans[-1].name, spans[-1].end_ms) == ("executor", 2000.0)


def test_bars_stand_beneath_each_other_within_the_width() -> None:
    spans = [Span("queue", 0, 500), Span("executor", 500, 1000), Span("sql", 990, 1000, "select 1 " * 50, 1)]
    lines = [line.plain for line in timeline_lines(spans, 80)]
    bars = [line[14:43] for line in lines]
    assert [(bar.find("█"), bar.rfind("█")) for bar in bars[:2]] == [(0, 13), (14, 28)]
    assert lines[0].startswith("queue ")
    assert lines[2].startswith("  sql ")
    assert "10 ms  select 1" in lines[2]
    assert all(len(line) <= 80 for line in lines)


def test_nothing_takes_no_time() -> None:
    assert [line.plain.split() for line in timeline_lines([Span("queue", 0, 0)], 60)] == [["queue", "▏", "0", "ms"]]
