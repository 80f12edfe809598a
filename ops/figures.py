"""The figures of `stats`: from the supervisor's, or from a gateway's `/metrics`, to what people read."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from bus.vocabulary import ENDED, State
from ops.text import size, span

_LINE = re.compile(r'^deadstop_(\w+)(?:\{state="(\w+)"\})? (\S+)$', re.MULTILINE)


class Figures(msgspec.Struct, frozen=True):
    """`jobs` by state since the supervisor began; `gauges` by name. A gauge that a server does not know reads as 0."""

    jobs: dict[str, int]
    gauges: dict[str, float]

    def __getitem__(self, gauge: str) -> float:
        return self.gauges.get(gauge, 0.0)

    def flat(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {"jobs": self.jobs, **self.gauges}


def from_metrics(text: str) -> Figures:
    """What a gateway tells Prometheus; lines that are not ours are passed over."""
    jobs: dict[str, int] = {}
    gauges: dict[str, float] = {}
    for name, state, value in _LINE.findall(text):
        if state:
            jobs[state] = int(float(value))
        else:
            gauges[name] = float(value)
    return Figures(jobs, gauges)


def figure_lines(figures: Figures) -> list[tuple[str, str]]:
    """(name, words), a line each."""
    return [
        ("jobs", _jobs(figures)),
        ("ended", f"{_counts(figures.jobs)} since the start {span(figures['uptime_s'])} ago"),
        (
            "workers",
            f"{figures['workers']:.0f}, {figures['spares']:.0f} of them spare; "
            f"{size(figures['worker_memory_bytes'])} used",
        ),
        (
            "events",
            f"{figures['events_per_s']:,.0f}/s, {size(figures['event_bytes_per_s'])}/s; "
            f"{figures['events_total']:,.0f} since the start",
        ),
        ("log", _log(figures)),
        ("supervisor", f"{size(figures['supervisor_memory_bytes'])} of memory"),
    ]


def troubles(figures: Figures) -> list[str]:
    """What somebody should look at."""
    found = []
    if not figures["log_writable"]:
        found.append("the log cannot be written, so no question is accepted; make room on its disk")
    if figures["draining"]:
        found.append("draining: no question is accepted")
    if figures["stray_messages"]:
        found.append(f"{figures['stray_messages']:,.0f} messages of unknown workers were ignored")
    return found


def _jobs(figures: Figures) -> str:
    running = f"{figures['running']:.0f} running of {figures['max_running']:.0f}"
    waiting = f"{figures['waiting']:.0f} waiting of {figures['max_queued']:.0f}"
    oldest = f" (the oldest for {span(figures['oldest_waiting_s'])})" if figures["waiting"] else ""
    return f"{running}, {waiting}{oldest}"


def _counts(jobs: Mapping[str, int]) -> str:
    return ", ".join(f"{jobs.get(state, 0):,} {state}" for state in State if state in ENDED)


def _log(figures: Figures) -> str:
    lag = f"{span(figures['log_lag_s'])} behind" if figures["log_lag_s"] else "up to date"
    return f"{size(figures['log_bytes'])}, {lag}; {size(figures['disk_free_bytes'])} free on its disk"
