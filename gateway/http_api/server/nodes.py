"""`/api/nodes/{name}/drain`: an operator lets a machine of the cluster go, or takes it back."""

from aiohttp import web

from bus.wire.commands import DrainNode
from bus.wire.replies import Stats
from gateway.app_state import CALLER, json_response
from gateway.auth import audit
from gateway.http_api.security.request_identity import for_operators
from gateway.wire.responses import NodeList


async def drain_node(request: web.Request) -> web.Response:
    """Give a node no more questions; it ends when those that run there have: 202 with all nodes."""
    return json_response(await _ask(request, undo=False), 202)


async def undo_drain_node(request: web.Request) -> web.Response:
    """Take a drained node back."""
    return json_response(await _ask(request, undo=True))


async def _ask(request: web.Request, *, undo: bool) -> NodeList:
    gateway, caller, name = for_operators(request, "nodes are"), request[CALLER], request.match_info["name"]
    nodes = (await gateway.client.request(DrainNode(caller, name, undo), Stats)).nodes
    audit.drained_node(caller, name, undo=undo)
    return NodeList(nodes)
