"""Whether the gateway lives, and whether it can serve."""

from aiohttp import web

from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.wire.responses import Ok

READY_TIMEOUT_S = 2.0


async def healthz(request: web.Request) -> web.Response:
    """200 while this process answers."""
    return json_response(Ok())


async def readyz(request: web.Request) -> web.Response:
    """200 while the supervisor answers too, else 503."""
    await request.app[GATEWAY].client.request(ReadStats(request[CALLER]), Stats, READY_TIMEOUT_S)
    return json_response(Ok())
