"""The figures of supervisor and gateway: for Prometheus as text, for pages as JSON. For operators."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from aiohttp import web

from bus.client import CommandRefused
from bus.contract.histogram import Histogram
from bus.transport.sockets import BusError
from bus.wire.commands import ReadStats, Stats
from gateway.app_state import CALLER, Gateway, json_response
from gateway.http_api.authentication import for_operators
from gateway.wire.responses import Figures

_NOT_A_METRIC = re.compile(r"[^a-zA-Z0-9_]")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

Sample = tuple[str, float]
"""Labels as they stand in braces, and the value."""


async def metrics(request: web.Request) -> web.Response:
    """Figures in Prometheus' text format; the gateway's own ones also while the supervisor is away."""
    gateway = for_operators(request, "the figures of all jobs are")
    lines = [*_simple({f"gateway_{name}": value for name, value in own_figures(gateway).items()})]
    try:
        stats = await gateway.client.request(ReadStats(request[CALLER]), Stats)
    except (BusError, CommandRefused):
        lines += _simple({"up": 0})
    else:
        lines += [*_simple({"up": 1}), *_of_supervisor(stats)]
    return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


async def figures(request: web.Request) -> web.Response:
    """The same figures as JSON."""
    gateway = for_operators(request, "the figures of all jobs are")
    stats = await gateway.client.request(ReadStats(request[CALLER]), Stats)
    return json_response(
        Figures(stats.jobs, stats.ended, stats.stops, stats.first_chunk, stats.gauges, own_figures(gateway))
    )


def own_figures(gateway: Gateway) -> dict[str, float]:
    """What is open and what has gone through since this gateway began; memory in bytes."""
    return {
        "websockets": len(gateway.connections),
        "event_streams": gateway.streams,
        "strangers": gateway.door.strangers,
        "turned_away_total": gateway.door.turned_away,
        "failed_sign_ins_total": gateway.sign_in.failures,
        "frames_received_total": gateway.counts["frames_received"],
        "events_sent_total": gateway.counts["events_sent"],
        "memory_bytes": _memory_bytes(),
    }


def _of_supervisor(stats: Stats) -> Iterator[str]:
    yield from _family("jobs", "gauge", ((f'state="{state}"', count) for state, count in sorted(stats.jobs.items())))
    ended = ((f'state="{one.state}",reason="{one.reason or ""}"', one.count) for one in stats.ended)
    yield from _family("jobs_ended_total", "counter", ended)
    yield from _histogram("stop_seconds", {f'rung="{rung}"': found for rung, found in stats.stops.items()})
    yield from _histogram("first_chunk_seconds", {"": stats.first_chunk})
    yield from _simple(stats.gauges)


def _simple(values: dict[str, float]) -> Iterator[str]:
    for name, value in sorted(values.items()):
        yield from _family(name, "counter" if name.endswith("_total") else "gauge", [("", value)])


def _family(name: str, kind: str, samples: Iterable[Sample]) -> Iterator[str]:
    full = f"deadstop_{_NOT_A_METRIC.sub('_', name)}"
    yield f"# TYPE {full} {kind}"
    for labels, value in samples:
        yield _line(full, labels, value)


def _histogram(name: str, found: dict[str, Histogram]) -> Iterator[str]:
    full = f"deadstop_{name}"
    yield f"# TYPE {full} histogram"
    for labels, histogram in found.items():
        prefix, so_far = f"{labels}," if labels else "", 0
        for bound, count in zip((*histogram.bounds, "+Inf"), histogram.counts, strict=True):
            so_far += count
            yield _line(f"{full}_bucket", f'{prefix}le="{bound}"', so_far)
        yield _line(f"{full}_sum", labels, histogram.sum_s)
        yield _line(f"{full}_count", labels, so_far)


def _line(name: str, labels: str, value: float) -> str:
    return f"{name}{{{labels}}} {value:.17g}" if labels else f"{name} {value:.17g}"


def _memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
