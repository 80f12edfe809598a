"""A person's own conversations over HTTP: list, look, rename, hide."""

import msgspec
from aiohttp import web

from bus.contract.kept.conversations import MAX_PAGE
from bus.contract.vocabulary import Refusal
from bus.wire.commands import HideConversation, ListConversations, RenameConversation, ShowConversation
from bus.wire.replies import Changed, Conversations, ConversationShown
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.http_api.params import page_size, text
from gateway.wire.client_frames import UNREADABLE
from gateway.wire.conversations import ConversationList, OutsideConversation, Renaming, outside_conversation
from gateway.wire.errors import ApiError

PAGE = 50
MAX_SEARCH_CHARS = 200
MAX_CURSOR_CHARS = 100


_decode_renaming = msgspec.json.Decoder(Renaming)


async def list_conversations(request: web.Request) -> web.Response:
    """The caller's own, the latest first; with `q` those that hold all its words."""
    query, after = text(request, "q", MAX_SEARCH_CHARS), text(request, "after", MAX_CURSOR_CHARS)
    command = ListConversations(request[CALLER], query, after, page_size(request, PAGE, MAX_PAGE))
    found = await request.app[GATEWAY].client.request(command, Conversations)
    return json_response(ConversationList(found.conversations, found.following or None))


async def get_conversation(request: web.Request) -> web.Response:
    """A conversation and its questions, oldest first."""
    return json_response(await _shown(request))


async def patch_conversation(request: web.Request) -> web.Response:
    """Give it another title; answers with the conversation as it is then."""
    try:
        wanted = _decode_renaming.decode(await request.read())
    except UNREADABLE as error:
        raise ApiError(Refusal.BAD_REQUEST, f'the body is {{"title": "..."}} in JSON: {error}') from error
    command = RenameConversation(request[CALLER], request.match_info["conversation_id"], wanted.title)
    await request.app[GATEWAY].client.request(command, Changed)
    return json_response(await _shown(request))


async def delete_conversation(request: web.Request) -> web.Response:
    """Hide it, unless a job of it runs."""
    command = HideConversation(request[CALLER], request.match_info["conversation_id"])
    await request.app[GATEWAY].client.request(command, Changed)
    return web.Response(status=204)


async def _shown(request: web.Request) -> OutsideConversation:
    command = ShowConversation(request[CALLER], request.match_info["conversation_id"])
    shown = await request.app[GATEWAY].client.request(command, ConversationShown)
    return outside_conversation(shown)
