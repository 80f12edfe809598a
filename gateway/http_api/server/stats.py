"""The figures of supervisor and gateway: for Prometheus as text, for pages as JSON. For operators."""

import os
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bus.client import CommandRefused
from bus.transport.sockets import BusError
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from gateway.app_state import CALLER, Gateway, json_response
from gateway.http_api.security.request_identity import for_operators
from gateway.http_api.server.prometheus_text import prometheus_text
from gateway.wire.responses import ServerStats

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


async def metrics(request: web.Request) -> web.Response:
    """Figures in Prometheus' text format; the gateway's own ones also while the supervisor is away."""
    gateway = for_operators(request, "the figures of all jobs are")
    try:
        stats = await gateway.client.request(ReadStats(request[CALLER]), Stats)
    except (BusError, CommandRefused):
        stats = None
    text = prometheus_text(own_figures(gateway), stats)
    return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def stats(request: web.Request) -> web.Response:
    """Answers with the figures of supervisor and gateway as JSON."""
    gateway = for_operators(request, "the figures of all jobs are")
    found = await gateway.client.request(ReadStats(request[CALLER]), Stats)
    supervisor = found.jobs, found.ended, found.stops, found.first_chunk, found.gauges
    return json_response(ServerStats(*supervisor, own_figures(gateway), found.nodes))


def own_figures(gateway: Gateway) -> dict[str, float]:
    """What is open and what has gone through since this gateway began; memory in bytes."""
    return {
        "websockets": len(gateway.connections),
        "event_streams": gateway.counts["event_streams"],
        "unauthenticated": len(gateway.anonymous),
        "turned_away_total": gateway.anonymous.turned_away,
        "failed_sign_ins_total": gateway.token_attempts.failures,
        "frames_received_total": gateway.counts["frames_received"],
        "events_sent_total": gateway.counts["events_sent"],
        "memory_bytes": _memory_bytes(),
    }


def _memory_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE_BYTES
