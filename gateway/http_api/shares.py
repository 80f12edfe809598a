"""Answers that their owner lets others read, by a link; and that reading."""

from collections.abc import Iterator
from contextlib import aclosing, suppress

import msgspec
from aiohttp import web

from bus.client import CommandRefused
from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Refusal, Role
from bus.wire.batch import Batch
from bus.wire.commands import Caller, CreateShare, EndShare, ListShares, ShowShare
from bus.wire.outside import AgentChunk, AgentComplete, Outside, outside_events
from bus.wire.replies import Changed, ShareCreated, Shares, ShareShown
from gateway.app_state import CALLER, GATEWAY, json_response
from gateway.auth import audit
from gateway.auth.addresses import address_of
from gateway.http_api.jobs.event_stream import sse_event
from gateway.http_api.security.request_identity import by_bearer, by_cookie
from gateway.http_api.static_files import page_text
from gateway.wire.client_frames import UNREADABLE
from gateway.wire.errors import ApiError
from gateway.wire.shares import NewShare, ShareList, shared_answers

NOBODY = Caller("", Role.USER)
_decode_share = msgspec.json.Decoder(NewShare)


async def list_shares(request: web.Request) -> web.Response:
    """The caller's own shares, the latest first."""
    gateway = request.app[GATEWAY]
    found = await gateway.client.request(ListShares(request[CALLER]), Shares)
    settings = gateway.settings
    return json_response(ShareList(found.shares, settings.gateway.public_shares, settings.history.keep_log_days))


async def post_share(request: web.Request) -> web.Response:
    """Let others read ended answers of one's own: 201 with the share, whose id makes its address, `/s/{share_id}`."""
    gateway = request.app[GATEWAY]
    try:
        wanted = _decode_share.decode(await request.read())
    except UNREADABLE as error:
        raise ApiError(Refusal.BAD_REQUEST, f'the body is {{"job_ids": [...], "public": false}}: {error}') from error
    if wanted.public and not gateway.settings.gateway.public_shares:
        hint = "share with who signs in, or have an operator set [gateway] public_shares"
        raise ApiError("forbidden", "this server has nobody read without signing in", hint)
    command = CreateShare(request[CALLER], wanted.job_ids, wanted.public)
    share = (await gateway.client.request(command, ShareCreated)).share
    audit.shared(request[CALLER], wanted.job_ids, public=wanted.public)
    return json_response(share, 201)


async def delete_share(request: web.Request) -> web.Response:
    """End a share of one's own; an operator any."""
    command = EndShare(request[CALLER], request.match_info["share_id"])
    await request.app[GATEWAY].client.request(command, Changed)
    audit.unshared(request[CALLER])
    return web.Response(status=204)


async def get_share(request: web.Request) -> web.Response:
    """What the share of this id holds; the id is the permission."""
    shown = await _shown(request)
    return json_response(shared_answers(shown.share, shown.questions))


async def share_events(request: web.Request) -> web.StreamResponse:
    """A shared answer's events, as those of a job; what the model was told is left out."""
    gateway, job_id = request.app[GATEWAY], request.match_info["job_id"]
    if job_id not in {question.job_id for question in (await _shown(request)).questions}:
        raise ApiError("not_found", "this answer is not in the share")
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    with gateway.connection_limits.opened(address_of(request.transport)), suppress(ConnectionError):
        await response.prepare(request)
        async with aclosing(gateway.client.follow(job_id, 0)) as batches:
            async for batch, skip in batches:
                await response.write(b"".join(_shared_bytes(batch, skip, job_id)))
    return response


async def share_page(request: web.Request) -> web.Response:
    """The page that shows a share. It holds nothing by itself, so that a link works from wherever it is opened."""
    return web.Response(text=page_text("share.html"), content_type="text/html")


async def _shown(request: web.Request) -> ShareShown:
    """The share that the address names; without a sign-in only a public one is found."""
    caller = request.get(CALLER) or _signed_in(request)
    command = ShowShare(caller or NOBODY, request.match_info["share_id"])
    try:
        shown = await request.app[GATEWAY].client.request(command, ShareShown)
    except CommandRefused:
        if caller is None:
            raise _sign_in_first() from None
        raise
    if caller is None and not shown.share.public:
        raise _sign_in_first()
    return shown


def _signed_in(request: web.Request) -> Caller | None:
    identity = by_bearer(request) or by_cookie(request)
    return identity.caller if identity is not None else None


def _sign_in_first() -> ApiError:
    return ApiError("unauthorized", "sign in first", "this link is for who can sign in, or has been ended")


def _shared_bytes(batch: Batch, skip: int, session_id: str) -> Iterator[bytes]:
    for seq, event in enumerate(outside_events(batch, session_id, skip), batch.first + skip):
        shown = _without_prompts(event)
        if shown is not None:
            yield sse_event(seq, shown)


def _without_prompts(event: Outside) -> Outside | None:
    """Prompts hold other questions of the conversation, which are not shared."""
    if isinstance(event, AgentChunk):
        chunk = event.data.chunk
        return None if isinstance(chunk, ResponseChunk) and chunk.field == "prompt_monitor" else event
    if isinstance(event, AgentComplete):
        output = {name: value for name, value in event.data.result.final_output.items() if name != "prompt_monitor"}
        result = msgspec.structs.replace(event.data.result, final_output=output)
        return AgentComplete(msgspec.structs.replace(event.data, result=result))
    return event
