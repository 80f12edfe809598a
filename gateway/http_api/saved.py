"""A person's own saved questions over HTTP, and their board."""

import time
from typing import TypeVar

import msgspec
from aiohttp import web

from bus.contract.vocabulary import Refusal
from bus.wire.commands import ArrangeBoard, FillSaved, ForgetSaved, ListSaved, SaveQuestion
from bus.wire.replies import Changed, Filled, QuestionSaved, SavedQuestions
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.wire.client_frames import UNREADABLE
from gateway.wire.errors import ApiError
from gateway.wire.saved import (
    BoardOrder,
    NewSaved,
    ParameterValues,
    SavedList,
    content_of,
    filled_question,
    outside_saved,
)

T = TypeVar("T")

_decode_saved = msgspec.json.Decoder(NewSaved)
_decode_order = msgspec.json.Decoder(BoardOrder)
_decode_values = msgspec.json.Decoder(ParameterValues)


async def list_saved(request: web.Request) -> web.Response:
    """The caller's saved questions, the earliest first."""
    return json_response(await _listed(request))


async def post_saved(request: web.Request) -> web.Response:
    """Keep a question to be asked again: 201 with it."""
    return await _keep(request, "", 201)


async def put_saved(request: web.Request) -> web.Response:
    """Change a saved question to this one, in its place; what it has run before counts while it asks the same."""
    return await _keep(request, request.match_info["saved_id"], 200)


async def delete_saved(request: web.Request) -> web.Response:
    """Forget a saved question; its answers stay as long as others do."""
    command = ForgetSaved(request[CALLER], request.match_info["saved_id"])
    await request.app[GATEWAY].client.request(command, Changed)
    return web.Response(status=204)


async def fill_saved(request: web.Request) -> web.Response:
    """What a saved question asks with these values, to be asked as any question."""
    wanted = await _read(request, _decode_values, '{"values": {"name": "..."}}')
    command = FillSaved(request[CALLER], request.match_info["saved_id"], wanted.values)
    return json_response(filled_question(await request.app[GATEWAY].client.request(command, Filled)))


async def put_board(request: web.Request) -> web.Response:
    """Pin these saved questions to the board, in this order, and no others; answers with the list."""
    wanted = await _read(request, _decode_order, '{"saved_ids": [...]}')
    await request.app[GATEWAY].client.request(ArrangeBoard(request[CALLER], wanted.saved_ids), Changed)
    return json_response(await _listed(request))


async def _keep(request: web.Request, saved_id: str, status: int) -> web.Response:
    wanted = await _read(request, _decode_saved, '{"name": "...", "query": "...", ...}')
    command = SaveQuestion(request[CALLER], content_of(wanted), saved_id)
    kept = await request.app[GATEWAY].client.request(command, QuestionSaved)
    return json_response(outside_saved(kept.saved), status)


async def _listed(request: web.Request) -> SavedList:
    found = await request.app[GATEWAY].client.request(ListSaved(request[CALLER]), SavedQuestions)
    return SavedList([outside_saved(one) for one in found.saved], time.time())


async def _read(request: web.Request, decoder: "msgspec.json.Decoder[T]", form: str) -> T:
    try:
        return decoder.decode(await request.read())
    except UNREADABLE as error:
        raise ApiError(Refusal.BAD_REQUEST, f"the body is {form} in JSON: {error}") from error
