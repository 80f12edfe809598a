"""What a load test has found: as figures, as text, as one JSON object."""

from collections import Counter
from dataclasses import dataclass, field

import msgspec

from ops.load.plan import LoadPlan
from ops.load.report.spread import Spread, spread
from ops.load.streams import Broken, FollowedStream


class Second(msgspec.Struct, frozen=True):
    """What one second was like. `memory_mib` is gateway and supervisor; 0 for a server that is not ours."""

    at: float
    open: int
    chunks: int
    asked: int
    ended: int
    memory_mib: float
    workers_mib: float


class LoadReport(msgspec.Struct, frozen=True):
    """All times in milliseconds. `ends` counts the questions by how they ended, `broken` the invariants that did not
    hold."""

    plan: dict[str, object]
    seconds: float
    questions: int
    ends: dict[str, int]
    rungs: dict[str, int]
    chunks: int
    chunks_a_second: float
    spreads: dict[str, Spread]
    lost_connections: int
    peak_open: int
    peak_memory_mib: float
    broken: int
    broken_told: list[str]
    timeline: list[Second]
    values: dict[str, list[float]]
    """At most some thousand of each, for plots."""

    def with_broken(self, broken: Broken) -> "LoadReport":
        """This report with what was found broken since it was made."""
        return msgspec.structs.replace(self, broken=broken.count, broken_told=broken.told)


MAX_VALUES = 2_000

FIRST, CHUNK, STOP, STOP_NOW, LATE = (
    "first chunk after the intended time",
    "delay of a chunk",
    "stop to proof",
    "stop --now to proof",
    "question asked after the intended time",
)


@dataclass(slots=True)
class Observed:
    """What is seen while the test runs: its streams, the `delays_ms` of chunks, what was `broken`, and each second.
    `seconds` is how long it took, `lost` how many connections broke."""

    broken: Broken
    streams: list[FollowedStream] = field(default_factory=list)
    delays_ms: list[float] = field(default_factory=list)
    timeline: list[Second] = field(default_factory=list)
    seconds: float = 0.0
    lost: int = 0


def make_report(plan: LoadPlan, observed: Observed) -> LoadReport:
    """The figures of a test that is over."""
    streams, timeline, broken, seconds = observed.streams, observed.timeline, observed.broken, observed.seconds
    values: dict[str, list[float]] = {FIRST: [], CHUNK: observed.delays_ms, STOP: [], STOP_NOW: [], LATE: []}
    for stream in streams:
        _add(values, stream)
    chunks = sum(second.chunks for second in timeline)
    return LoadReport(
        plan=msgspec.to_builtins(plan),
        seconds=round(seconds, 1),
        questions=len(streams),
        ends=dict(Counter(stream.end or "none" for stream in streams).most_common()),
        rungs=dict(Counter(stream.rung for stream in streams if stream.rung).most_common()),
        chunks=chunks,
        chunks_a_second=round(chunks / seconds, 1) if seconds else 0.0,
        spreads={name: spread(found) for name, found in values.items() if found},
        lost_connections=observed.lost,
        peak_open=max((second.open for second in timeline), default=0),
        peak_memory_mib=max((second.memory_mib for second in timeline), default=0.0),
        broken=broken.count,
        broken_told=broken.told,
        timeline=timeline,
        values={name: _thinned(found) for name, found in values.items() if found},
    )


def _add(values: dict[str, list[float]], stream: FollowedStream) -> None:
    if stream.asked_at is not None:
        values[LATE].append((stream.asked_at - stream.intended_at) * 1000)
    if stream.first_chunk_at is not None and not stream.disturbed:
        values[FIRST].append((stream.first_chunk_at - stream.intended_at) * 1000)
    if stream.end == "agent_killed" and stream.stop_asked_at is not None and stream.ended_at is not None:
        took = (stream.ended_at - stream.stop_asked_at) * 1000
        if not stream.disturbed:
            values[STOP_NOW if stream.stops_now else STOP].append(took)


def _thinned(values: list[float]) -> list[float]:
    """Evenly spaced ones of the sorted values: they have the same distribution."""
    ordered = sorted(values)
    if len(ordered) > MAX_VALUES:
        last = len(ordered) - 1
        ordered = [ordered[round(i * last / (MAX_VALUES - 1))] for i in range(MAX_VALUES)]
    return [round(value, 3) for value in ordered]


def text(report: LoadReport) -> str:
    """The report as lines for a terminal."""
    lines = [
        f"{report.questions:,} questions in {report.seconds:g} s, at most {report.peak_open:,} at once; "
        f"{report.chunks:,} chunks ({report.chunks_a_second:,.0f} a second)",
        "ended: " + ", ".join(f"{name} {count:,}" for name, count in report.ends.items()),
    ]
    if report.rungs:
        lines.append("stopped on: " + ", ".join(f"{name} {count:,}" for name, count in report.rungs.items()))
    if report.peak_memory_mib:
        lines.append(f"gateway and supervisor: at most {report.peak_memory_mib:,.0f} MiB")
    if report.lost_connections:
        lines.append(f"connections lost and taken up again: {report.lost_connections:,}")
    lines += ["", f"{'milliseconds':42}{'median':>10}{'p95':>10}{'p99':>10}{'most':>10}{'number':>10}"]
    for name, found in report.spreads.items():
        cells = (found.median, found.p95, found.p99, found.largest)
        lines.append(f"{name:42}" + "".join(f"{value:>10,.1f}" for value in cells) + f"{found.runs:>10,}")
    lines += ["", f"invariants broken: {report.broken:,}" if report.broken else "no invariant was broken"]
    lines += [f"  {words}" for words in report.broken_told]
    return "\n".join(lines)
