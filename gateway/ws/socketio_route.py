"""The address of Socket.IO. What speaks it is loaded with the first who asks there, beside the event loop: few do, and
it would be a tenth of what a gateway takes to start."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from gateway.app_state import GATEWAY, Gateway

if TYPE_CHECKING:
    from gateway.ws.over_socketio import SocketIo


class SocketIoRoute:
    """Every request beneath `/socket.io/`."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._loading = asyncio.Lock()
        self._socket_io: SocketIo | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        async with self._loading:
            if self._socket_io is None:
                self._socket_io = (await asyncio.to_thread(_load))(self._gateway)
        return await self._socket_io.handle(request)

    async def close(self, _: web.Application) -> None:
        """End what runs beside the connections."""
        if self._socket_io is not None:
            await self._socket_io.close()


def add_socketio(app: web.Application) -> None:
    """Answer at `/socket.io/`."""
    route = SocketIoRoute(app[GATEWAY])
    app.router.add_route("*", "/socket.io/", route.handle)
    app.on_cleanup.append(route.close)


def _load() -> "type[SocketIo]":
    from gateway.ws.over_socketio import SocketIo  # not above: with it comes python-socketio

    return SocketIo
