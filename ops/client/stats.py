"""The figures of `stats`, as the command line reads them."""

from typing import Any

from bus.wire.replies import Stats


def gauge(stats: Stats, name: str) -> float:
    """One gauge; what a server does not know reads as 0."""
    return stats.gauges.get(name, 0.0)


def flat(stats: Stats) -> dict[str, Any]:
    """What `--json` prints: the counts by name, and each gauge beside them."""
    return {
        "jobs": stats.jobs,
        "ended": stats.ended,
        "stops": stats.stops,
        "first_chunk": stats.first_chunk,
        "nodes": stats.nodes,
        **stats.gauges,
    }
