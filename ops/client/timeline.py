"""What a job did when: from its record and its stream to spans. Pure.

Where the stream says when its events were logged, spans stand where they were. Over HTTP it does not: then a step
begins where the one before it has ended, and its length is what the step itself has said.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from bus.contract.vocabulary import ENDED
from bus.values.counts import counted
from bus.wire.outside import ENDINGS
from ops.client.timed_events import TimedEvent
from ops.format import clean

_PIECES = ("rows", "text")


class Span(msgspec.Struct):
    """One step, in milliseconds since the job was accepted. `depth` 1 stands within the step above it."""

    name: str
    start_ms: float
    end_ms: float
    detail: str = ""
    depth: int = 0


def timeline(record: dict[str, Any], timed_events: Iterable[TimedEvent], now: float) -> list[Span]:
    """The steps in the order in which they began. `record` is that of the outside; `now` (Unix seconds) ends the
    steps of a job that still lives."""
    reading = _Reading(record, now)
    for event in timed_events:
        reading.see(event)
    return reading.spans()


class _Reading:
    def __init__(self, record: dict[str, Any], now: float) -> None:
        self._record = record
        self._created_at = record["created_at"]
        self._at = {move["state"]: move["ms"] for move in record["moves"]}
        last = record["moves"][-1]
        self._end_ms = last["ms"] if last["state"] in ENDED else (now - self._created_at) * 1000
        self._clock_ms = self._at.get("running", 0.0)
        self._open: dict[str, Span] = {}
        self._steps: list[Span] = []
        self._counted = dict.fromkeys(_PIECES, 0)

    def see(self, event: TimedEvent) -> None:
        if event.at is not None:
            self._clock_ms = max(0.0, (event.at - self._created_at) * 1000)
        if event.event in ENDINGS:
            for name in _PIECES:
                self._close(name)
        elif event.event == "agent_chunk":
            self._chunk(event.data["chunk"], exact=event.at is not None)

    def spans(self) -> list[Span]:
        """Waiting and starting first, the stop last."""
        for span in self._open.values():
            span.end_ms = max(span.start_ms, self._end_ms)
        return [*self._beginning(), *self._steps, *self._stop()]

    def _chunk(self, chunk: dict[str, Any], *, exact: bool) -> None:
        match chunk["type"]:
            case "node":
                self._node(chunk, exact=exact)
            case "model_call":
                self._model_call(chunk, exact=exact)
            case "tool":
                self._tool(chunk, exact=exact)
            case "response_chunk" if chunk["field"] == "response":
                self._within("text").detail = f"{self._count('text', len(chunk['chunk'])):,} characters"
            case "sql":
                self._close("sql")
                self._within("sql").detail = clean(" ".join(chunk["sql"].split()))
            case "table_rows":
                self._within("rows").detail = counted(self._count("rows", chunk["count"]), "row")

    def _node(self, chunk: dict[str, Any], *, exact: bool) -> None:
        name = chunk["node"]
        if chunk["state"] == "started":
            self._begin(name, depth=0)
            return
        span = self._open.get(name) or self._begin(name, depth=0)
        self._took(span, chunk["ms"], exact=exact)
        span.detail = "failed" if chunk["state"] == "failed" else ""
        for inner in ("sql", "rows", "text", name):
            self._close(inner, exact=exact)

    def _model_call(self, chunk: dict[str, Any], *, exact: bool) -> None:
        if chunk["state"] == "started":
            self._close("model")
            self._within("model").detail = f"{clean(chunk['purpose'])}, {clean(chunk['model'])}"
        elif "model" in self._open:
            span = self._open["model"]
            self._took(span, chunk["ms"], exact=exact)
            span.detail += ", failed" if chunk["state"] == "failed" else ""
            self._close("model")

    def _tool(self, chunk: dict[str, Any], *, exact: bool) -> None:
        if chunk["state"] == "started":
            self._close("tool")
            about = " ".join(", ".join(str(value) for value in chunk["arguments"].values()).split())
            self._within("tool").detail = f"{clean(chunk['name'])} {clean(about)}"
        elif "tool" in self._open:
            span = self._open["tool"]
            self._took(span, chunk["ms"], exact=exact)
            span.detail += ", failed" if chunk["state"] == "failed" else ""
            self._close("tool")

    def _count(self, name: str, more: int) -> int:
        """How many rows or characters there are so far in the step that is open, with these."""
        self._counted[name] = more + (self._counted[name] if name in self._open else 0)
        return self._counted[name]

    def _took(self, span: Span, ms: float, *, exact: bool) -> None:
        if not exact:
            self._clock_ms = max(self._clock_ms, span.start_ms + ms)

    def _begin(self, name: str, depth: int) -> Span:
        span = Span(name, self._clock_ms, self._clock_ms, depth=depth)
        self._open[name] = span
        self._steps.append(span)
        return span

    def _within(self, name: str) -> Span:
        """An open step of this name, which goes on until now."""
        span = self._open.get(name) or self._begin(name, depth=1)
        span.end_ms = max(span.end_ms, self._clock_ms)
        return span

    def _close(self, name: str, *, exact: bool = True) -> None:
        span = self._open.pop(name, None)
        if span is not None and not (exact and name in _PIECES):  # those end with the last piece, if that is known
            span.end_ms = max(span.start_ms, self._clock_ms)

    def _beginning(self) -> list[Span]:
        started = self._at.get("starting", self._end_ms)
        spans = [Span("queue", 0.0, started)]
        if "starting" in self._at:
            spans.append(Span("start", started, self._at.get("running", self._at.get("stopping", self._end_ms))))
        return spans

    def _stop(self) -> list[Span]:
        rungs = self._record["rungs"]
        if not rungs:
            return []
        asked = self._at.get("stopping", self._end_ms)
        spans = [Span("stop", asked, self._end_ms, f"by {clean(rungs[0]['by'])} ({rungs[0]['reason']})")]
        ends = [asked + rung["ms"] for rung in rungs[1:]] + [self._end_ms]
        spans += [Span(rung["rung"], asked + rung["ms"], end, depth=1) for rung, end in zip(rungs, ends, strict=True)]
        return spans
