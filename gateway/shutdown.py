"""How a gateway ends: at once; for another one that serves in its place; or because the last job has ended.

A gateway that stops accepting must still finish: answers that are being made, streams that are read slowly. A page
loses nothing either way, because it takes its streams up by number; a download that is cut off is lost.
"""

import asyncio
import logging
from enum import Enum

from aiohttp import web

from gateway.app_state import Gateway
from gateway.http_connection import HttpConnection

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.05
FIRST_REQUEST_S = 3.0
"""A connection that has asked nothing gets so long: it may have been made just before we stopped accepting."""

PAGES_RETURN_WITHIN_S = 5.0
"""How long clients that followed through us count as present while they find the next gateway, so that no job is
stopped because of us, however short `[supervisor] disconnect_grace_s` is."""


class ShutdownReason(Enum):
    """Why the gateway ends, and so what becomes of open connections."""

    AT_ONCE = "it was told to end"
    REPLACED = "another one serves in its place"
    DRAINED = "the last job has ended"


class ShutdownRequest:
    """Whether the gateway has been told to end, and why. What it is told later can only hurry it."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.hurry = asyncio.Event()
        self.reason = ShutdownReason.AT_ONCE

    def __repr__(self) -> str:
        return f"<ShutdownRequest {self.reason.name} told={self.told.is_set()} hurry={self.hurry.is_set()}>"

    def tell(self, reason: ShutdownReason) -> None:
        """Called by signals, and when `serve` has died."""
        if reason is ShutdownReason.AT_ONCE:
            self.hurry.set()
        if not self.told.is_set():
            self.reason = reason
            self.told.set()


async def finish(gateway: Gateway, server: web.Server, request: ShutdownRequest) -> None:
    """Deliver what is under way. Ends when nothing is, after `[gateway] finish_grace_s`, or when told to hurry."""
    replaced = request.reason is ShutdownReason.REPLACED
    gateway.shutdown.begin(replaced=replaced)
    work = asyncio.ensure_future(_replaced(gateway, server) if replaced else _drained(gateway, server))
    hurry = asyncio.ensure_future(request.hurry.wait())
    grace_s = gateway.settings.gateway.finish_grace_s
    await asyncio.wait({work, hurry}, timeout=grace_s, return_when=asyncio.FIRST_COMPLETED)
    if not work.done() and not request.hurry.is_set():
        log.warning("%d connections are cut off after %g s", len(server.connections), grace_s, extra={"action": "cut"})
    for task in (work, hurry):
        task.cancel()
    for result in await asyncio.gather(work, hurry, return_exceptions=True):
        if isinstance(result, Exception):
            log.error("The shutdown went wrong", exc_info=result, extra={"action": "gateway_end"})


async def _replaced(gateway: Gateway, server: web.Server) -> None:
    returning_s = PAGES_RETURN_WITHIN_S if gateway.client.stay_present() else 0.0
    closing = (connection.hand_over() for connection in gateway.connections)
    await asyncio.gather(_until_quiet(server, FIRST_REQUEST_S), asyncio.sleep(returning_s), *closing)


async def _drained(gateway: Gateway, server: web.Server) -> None:
    gateway.client.read_on()
    await asyncio.gather(_until_quiet(server, 0.0), *(connection.finish() for connection in gateway.connections))


async def _until_quiet(server: web.Server, patience_s: float) -> None:
    """Wait until everything that was asked has been answered and taken, closing after `patience_s` what is idle."""
    await asyncio.sleep(patience_s)
    while server.connections:
        for connection in server.connections:
            assert isinstance(connection, HttpConnection)
            connection.close_if_idle()
        await asyncio.sleep(LOOK_EVERY_S)
