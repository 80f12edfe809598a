"""The data's catalog over HTTP."""

from aiohttp import web

from bus.client import CommandRefused
from bus.wire.commands import ReadCatalog
from bus.wire.replies import CATALOG_READING, CatalogRead
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.wire.responses import CatalogPending


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
