"""A client's connection before aiohttp has a request of it: counted, and closed when it does not sign in."""

import asyncio

from aiohttp import web

from gateway.auth.addresses import UNKNOWN, address_of
from gateway.auth.anonymous_limits import AnonymousLimits


class HttpConnection(web.RequestHandler):
    """One TCP connection."""

    def __init__(self, manager: web.Server, limits: "AnonymousLimits[HttpConnection]") -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._limits = limits
        self._address = UNKNOWN
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._address = address_of(transport)
        self._timer = asyncio.get_running_loop().call_later(self._limits.timeout_s, self._out_of_time)
        too_many = self._limits.add(self._address, self)
        if too_many is not None:
            too_many.abort()

    def signed_in(self) -> None:
        """From here on the limits for those that are not signed in do not concern this connection."""
        if self._timer is not None:
            self._timer.cancel()
        self._limits.remove(self._address, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.signed_in()
        super().connection_lost(exc)

    def abort(self) -> None:
        """Close it now, whatever is on its way."""
        if self.transport is not None:
            self.transport.abort()

    def close_if_idle(self) -> None:
        """Close the connection unless a request of it is being answered; what was answered is still delivered."""
        # Not public, and nothing public tells it: aiohttp's future that is open while a connection waits for a request.
        if self._waiter is not None and not self._waiter.done():
            self.force_close()

    def _out_of_time(self) -> None:
        self._limits.turned_away += 1
        self.abort()


def note_signed_in(request: web.Request) -> None:
    """The connection of this request has signed in."""
    if isinstance(request.protocol, HttpConnection):
        request.protocol.signed_in()
