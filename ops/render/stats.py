"""The figures of `stats` as lines for people, and the table of `nodes`."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from bus.contract.histogram import Histogram
from bus.contract.vocabulary import ENDED, Proof, Rung, State
from bus.wire.replies import NodeSummary, Stats
from ops.client.stats import gauge
from ops.format import clean, size, span
from ops.render.tables import giving_way, plain_table


def figure_lines(figures: Stats) -> list[tuple[str, str]]:
    """(name, words), a line each."""
    return [
        ("jobs", _jobs(figures)),
        ("ended", f"{_counts(figures.jobs)} since the start {span(gauge(figures, 'uptime_s'))} ago"),
        ("stops", _stops(figures)),
        (
            "workers",
            f"{gauge(figures, 'workers'):.0f}, {gauge(figures, 'warm_workers'):.0f} of them warm; "
            f"{size(gauge(figures, 'worker_memory_bytes'))} used",
        ),
        (
            "events",
            f"{gauge(figures, 'events_per_s'):,.0f}/s, {size(gauge(figures, 'event_bytes_per_s'))}/s; "
            f"{gauge(figures, 'events_total'):,.0f} since the start",
        ),
        ("log", _log(figures)),
        ("supervisor", f"{size(gauge(figures, 'supervisor_memory_bytes'))} of memory"),
    ]


def troubles(figures: Stats) -> list[str]:
    """What needs attention."""
    found = []
    if not gauge(figures, "log_writable"):
        found.append("the log cannot be written, so no question is accepted; make room on its disk")
    if gauge(figures, "draining"):
        found.append("draining: no question is accepted")
    if gauge(figures, "stray_messages"):
        found.append(f"{gauge(figures, 'stray_messages'):,.0f} messages of unknown workers were ignored")
    return found


def _jobs(figures: Stats) -> str:
    running = f"{gauge(figures, 'running'):.0f} running of {gauge(figures, 'max_running'):.0f}"
    waiting = f"{gauge(figures, 'waiting'):.0f} waiting of {gauge(figures, 'max_queued'):.0f}"
    oldest = f" (the oldest for {span(gauge(figures, 'oldest_waiting_s'))})" if gauge(figures, "waiting") else ""
    return f"{running}, {waiting}{oldest}"


def _counts(jobs: Mapping[str, int]) -> str:
    return ", ".join(f"{jobs.get(state, 0):,} {state}" for state in State if state in ENDED)


def _stops(figures: Stats) -> str:
    """How many needed which rung, and within what time half of them were proved dead."""
    words = []
    for rung in Rung:
        found = figures.stops.get(rung, Histogram())
        if found.count:
            words.append(f"{found.count:,} by {rung}, half of them {_half_within(found)}")
    return "; ".join(words) or "none"


def _half_within(found: Histogram) -> str:
    so_far = 0
    for bound, count in zip(found.bounds, found.counts, strict=False):
        so_far += count
        if 2 * so_far >= found.count:
            return f"within {span(bound)}"
    return f"in more than {span(found.bounds[-1])}"


def _log(figures: Stats) -> str:
    lag = f"{span(gauge(figures, 'log_lag_s'))} behind" if gauge(figures, "log_lag_s") else "up to date"
    return f"{size(gauge(figures, 'log_bytes'))}, {lag}; {size(gauge(figures, 'disk_free_bytes'))} free on its disk"


_NODE_STYLES = {"ready": "green", "silent": "red"}
_HELD_BY: Mapping[Proof | None, str] = {Proof.CGROUP: " in cgroups", Proof.NODE_REAPED: ""}
"""What holds the workers there, beside the node's namespace."""


def node_table(nodes: Sequence[NodeSummary]) -> Table:
    """One row a node."""
    offering = any(node.resources for node in nodes)
    columns = ("NODE", "STATE", "JOBS", "SLOTS", "WORKERS", *(("OFFERS",) if offering else ()), "WHY")
    table = plain_table(*columns, numbers=("JOBS", "SLOTS"), flexible=("WHY",))
    for node in nodes:
        state = giving_way(node.state, _NODE_STYLES.get(node.state, ""))
        workers = f"{node.workers}{_HELD_BY.get(node.proof, '')}"
        offers = (clean(", ".join(node.resources)),) if offering else ()
        table.add_row(clean(node.name), state, str(node.jobs), str(node.slots), workers, *offers, clean(node.why))
    return table
