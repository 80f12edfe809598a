"""Whether the gateway lives, whether it can serve, and figures for both."""

import re

from aiohttp import web

from bus.client import CommandRefused
from bus.commands import CATALOG_READING, CatalogRead, ReadCatalog, ReadStats, Stats
from bus.sockets import BusError
from bus.vocabulary import Role
from gateway.bodies import CatalogPending, Ok
from gateway.context import CALLER, GATEWAY, Gateway, json_response
from gateway.errors import ApiError

READY_TIMEOUT_S = 2.0
_NOT_A_METRIC = re.compile(r"[^a-zA-Z0-9_]")


async def healthz(request: web.Request) -> web.Response:
    """200 while this process answers."""
    return json_response(Ok())


async def readyz(request: web.Request) -> web.Response:
    """200 while the supervisor answers too, else 503."""
    await request.app[GATEWAY].client.request(ReadStats(request[CALLER]), Stats, READY_TIMEOUT_S)
    return json_response(Ok())


async def catalog(request: web.Request) -> web.Response:
    """The tables that questions can be asked about; 202 while a fresh server is still reading them."""
    try:
        read = await request.app[GATEWAY].client.request(ReadCatalog(request[CALLER]), CatalogRead)
    except CommandRefused as error:
        if error.refused.code != CATALOG_READING:
            raise
        response = json_response(CatalogPending(), 202)
        response.headers["Retry-After"] = "1"
        return response
    return json_response(read.catalog)


async def metrics(request: web.Request) -> web.Response:
    """Counters and gauges in Prometheus' text format; the gateway's own ones also while the supervisor is away."""
    gateway = request.app[GATEWAY]
    if request[CALLER].role is not Role.OPERATOR:
        raise ApiError("forbidden", "the figures of all jobs are for operators", "use an operator's token")
    lines = [_line(f"deadstop_gateway_{name}", value) for name, value in _own_figures(gateway).items()]
    try:
        stats = await gateway.client.request(ReadStats(request[CALLER]), Stats)
    except (BusError, CommandRefused):
        lines.append(_line("deadstop_up", 0))
    else:
        lines.append(_line("deadstop_up", 1))
        lines += [f'deadstop_jobs{{state="{state}"}} {count}' for state, count in sorted(stats.jobs.items())]
        lines += [_line(f"deadstop_{name}", value) for name, value in sorted(stats.gauges.items())]
    return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _own_figures(gateway: Gateway) -> dict[str, float]:
    return {
        "websockets": len(gateway.connections),
        "event_streams": gateway.streams,
        "frames_received_total": gateway.counts["frames_received"],
        "events_sent_total": gateway.counts["events_sent"],
    }


def _line(name: str, value: float) -> str:
    return f"{_NOT_A_METRIC.sub('_', name)} {value:g}"
