"""The application: which address is answered by what."""

from importlib.util import find_spec

from aiohttp import web

from gateway.app_state import GATEWAY, Gateway
from gateway.http_api import pages, shares
from gateway.http_api.openapi import openapi
from gateway.http_api.routes import OPERATIONS
from gateway.http_api.security.middleware import add_headers, guard
from gateway.ws.over_http import PEERS, open_connection, post_frame
from gateway.ws.socketio_route import add_socketio
from gateway.ws.upgrade import open_websocket


def routes() -> list[web.RouteDef]:
    """Every address, in the order of `docs/protocol.md`."""
    return [
        web.get("/ws", open_websocket, allow_head=False),
        web.get("/api/connection", open_connection, allow_head=False),
        web.post("/api/connection/{connection_id}", post_frame),
        *(operation.route() for operation in OPERATIONS),
        web.get("/api/openapi.json", openapi),
        web.get("/", pages.index),
        web.get("/assets/{name}", pages.asset),
        web.get("/s/{share_id}", shares.share_page),
        web.get("/socket.io/socket.io.js", pages.socket_io_script),
        web.post("/signin", pages.sign_in),
        web.post("/signout", pages.sign_out),
    ]


def make_app(gateway: Gateway) -> web.Application:
    """Everything that can be asked of a gateway."""
    app = web.Application(middlewares=[guard], client_max_size=gateway.settings.gateway.max_frame_bytes)
    app[GATEWAY] = gateway
    app[PEERS] = {}
    app.on_response_prepare.append(add_headers)
    app.add_routes(routes())
    if find_spec("socketio") is not None:
        add_socketio(app)
    return app
