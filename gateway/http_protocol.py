"""A client's connection before aiohttp has a request of it: counted, and closed when it says nothing."""

import asyncio

from aiohttp import web

from gateway.auth.addresses import UNKNOWN, address_of
from gateway.auth.anonymous_limits import AnonymousLimits


class HttpConnection(web.RequestHandler):
    """One TCP connection."""

    def __init__(self, manager: web.Server, door: "AnonymousLimits[HttpConnection]") -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._door = door
        self._address = UNKNOWN
        self._overdue: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._address = address_of(transport)
        self._overdue = asyncio.get_running_loop().call_later(self._door.patience_s, self._out_of_time)
        must_go = self._door.enter(self._address, self)
        if must_go is not None:
            must_go.send_away()

    def signed_in(self) -> None:
        """From here on it is somebody's connection."""
        if self._overdue is not None:
            self._overdue.cancel()
        self._door.leave(self._address, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.signed_in()
        super().connection_lost(exc)

    def send_away(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def close_if_idle(self) -> None:
        """Close the connection unless a request of it is being answered; what was answered is still delivered."""
        if self._waiter is not None and not self._waiter.done():
            self.force_close()

    def _out_of_time(self) -> None:
        self._door.turned_away += 1
        self.send_away()


def note_signed_in(request: web.Request) -> None:
    """The connection of this request is no stranger's any more."""
    if isinstance(request.protocol, HttpConnection):
        request.protocol.signed_in()
