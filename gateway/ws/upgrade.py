"""`GET /ws`: checks the identity and origin of a request for a WebSocket, and sets up its socket."""

import asyncio
import socket

from aiohttp import web

from gateway.app_state import GATEWAY, Gateway
from gateway.auth.addresses import address_of
from gateway.auth.identities import Identity
from gateway.auth.token_attempts import wrong_token
from gateway.http_api.security.request_identity import by_bearer, by_own_page, own_origin_only
from gateway.ws.connection import Connection
from gateway.ws.peer import CLOSE_TIMEOUT_S, WebSocketPeer

HARD_FRAME_FACTOR = 4
"""A frame this many times too large is not even read: the connection closes (1009). Smaller ones get an answer."""

PEER_SILENT_S = 30
PEER_GONE_S = 300
"""A client that reads slowly is welcome; one that takes nothing for so long has gone without a word."""


async def open_websocket(request: web.Request) -> web.StreamResponse:
    """Upgrade, and serve the connection to its end."""
    gateway = request.app[GATEWAY]
    if "Origin" in request.headers:
        own_origin_only(request)
    identity = by_bearer(request) or by_own_page(request)
    if identity is None and "Authorization" in request.headers:
        raise wrong_token()
    with gateway.connection_limits.opened(address_of(request.transport)):
        return await _served(gateway, request, identity)


async def _served(gateway: Gateway, request: web.Request, identity: Identity | None) -> web.StreamResponse:
    response = web.WebSocketResponse(
        timeout=CLOSE_TIMEOUT_S,
        autoping=False,
        compress=False,
        decode_text=False,
        max_msg_size=HARD_FRAME_FACTOR * gateway.settings.gateway.max_frame_bytes,
    )
    await response.prepare(request)
    transport = request.transport
    if transport is None:
        return response
    notice_dead_peers(transport)
    connection = Connection(gateway, WebSocketPeer(request, response, transport), identity)
    await serve_connection(gateway, connection)
    return response


async def serve_connection(gateway: Gateway, connection: Connection) -> None:
    """A connection of this gateway to its end; one that comes while another gateway takes over goes there at once."""
    gateway.connections.add(connection)
    try:
        if gateway.shutdown.replaced:
            await connection.hand_over()
        await connection.serve()
    finally:
        gateway.connections.discard(connection)


def notice_dead_peers(transport: asyncio.Transport) -> None:
    """A laptop that was closed sends no goodbye; without this its jobs would run on."""
    peer: socket.socket = transport.get_extra_info("socket")
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, PEER_SILENT_S)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, PEER_SILENT_S // 3)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PEER_GONE_S * 1000)
