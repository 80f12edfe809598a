"""A client's connection before aiohttp has a request of it: counted, closed when it does not sign in, and answered
where what it sends is no HTTP."""

import asyncio
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, TypeVar

from aiohttp import web

from gateway.auth.addresses import UNKNOWN, address_of
from gateway.auth.anonymous_limits import AnonymousLimits

T = TypeVar("T")


class HttpConnection(web.RequestHandler):
    """One TCP connection. `answer` makes the answer, of a status, to what could not become a request."""

    def __init__(
        self,
        manager: web.Server,
        limits: "AnonymousLimits[HttpConnection]",
        answer: Callable[[int], web.Response],
    ) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), access_log=None)  # type: ignore[arg-type]
        self._limits = limits
        self._answer = answer
        self._address = UNKNOWN
        self._timer: asyncio.TimerHandle | None = None
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._address = address_of(transport)
        self._timer = asyncio.get_running_loop().call_later(self._limits.timeout_s, self._out_of_time)
        too_many = self._limits.add(self._address, self)
        if too_many is not None:
            too_many.abort()

    def signed_in(self) -> None:
        """Lift the limits for connections that are not signed in."""
        if self._timer is not None:
            self._timer.cancel()
        self._limits.remove(self._address, self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self.signed_in()
        self._lost.set()
        super().connection_lost(exc)

    async def until_lost(self) -> None:
        """Wait until the client has gone."""
        await self._lost.wait()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """aiohttp's own text would say what it has read, without the headers that every answer of ours has."""
        super().handle_error(request, status, exc, message)  # logs, and raises where an answer has begun
        answer = self._answer(status)
        answer.force_close()
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """What aiohttp refuses by itself, before our handlers, gets our body too."""
        ours = not isinstance(resp, web.HTTPException) or resp.status < HTTPStatus.BAD_REQUEST
        return await super().finish_response(request, resp if ours else self._answer(resp.status), start_time)

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


async def while_connected(request: web.Request, work: Coroutine[Any, Any, T]) -> T:
    """What `work` gives, unless the client goes before: then it is given up, and `ConnectionResetError` raised."""
    assert isinstance(request.protocol, HttpConnection)
    working, gone = asyncio.create_task(work), asyncio.create_task(request.protocol.until_lost())
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            raise ConnectionResetError("the client has gone")
        return working.result()
    finally:
        for task in (working, gone):
            task.cancel()
        await asyncio.wait({working, gone})
