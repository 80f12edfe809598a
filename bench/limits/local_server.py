"""A server of one address, for limits that are measured over a real socket."""

import os
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def start(handler: Handler, port_pipe: int) -> web.AppRunner:
    """Serve `/` on a free port of this machine, whose number is written into the pipe."""
    app = web.Application()
    app.add_routes([web.get("/", handler)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    os.write(port_pipe, str(runner.addresses[0][1]).encode())
    return runner
