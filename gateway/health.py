"""Whether the gateway lives, whether it can serve, and what can be asked about."""

from aiohttp import web

from bus.client import CommandRefused
from bus.commands import CATALOG_READING, CatalogRead, ReadCatalog, ReadStats, Stats
from gateway.bodies import CatalogPending, Ok
from gateway.context import CALLER, GATEWAY, json_response

READY_TIMEOUT_S = 2.0


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
