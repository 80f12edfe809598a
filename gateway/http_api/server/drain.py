"""`POST /api/drain`: an operator at another machine lets the server end."""

from aiohttp import web

from bus.wire.commands import Drain
from bus.wire.replies import Stats
from gateway.app_state import CALLER, json_response
from gateway.auth import audit
from gateway.http_api.security.request_identity import for_operators
from gateway.wire.responses import Draining


async def drain(request: web.Request) -> web.Response:
    """Accept no more questions, finish what was accepted, then end the server: 202 with what is left."""
    gateway, caller = for_operators(request, "draining is"), request[CALLER]
    gauges = (await gateway.client.request(Drain(caller), Stats)).gauges
    audit.drained(caller)
    return json_response(Draining(int(gauges["running"]), int(gauges["waiting"])), 202)
