"""The page, and signing in and out of it."""

import asyncio

from aiohttp import web

from gateway.app_state import GATEWAY, IDENTITY
from gateway.auth import audit
from gateway.auth.addresses import address_of
from gateway.http_api.security.refusals import note_refusal
from gateway.http_api.security.request_identity import by_cookie, from_own_page
from gateway.http_api.static_files import asset_path, page_text
from gateway.wire.errors import ApiError

NOT_BUILT = "<!doctype html><title>Deadstop</title><p>the page is not built: run make web\n"

_FOREVER = "public, max-age=31536000, immutable"


async def index(request: web.Request) -> web.StreamResponse:
    """The page for a browser that has signed in, else the sign-in page; a token in the address becomes a cookie, after
    a click where a page may have led to it."""
    token = request.query.get("token", "")
    if token and not _opened_by_person(request):
        return _page("confirm.html", 401)
    answer = _signed_in(request, token, "address") if token else None
    if answer is None and by_cookie(request):
        return _page("index.html", 200)
    return answer or _page("signin.html", 401)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The sign-in page's form."""
    form = await request.post()
    if "Origin" in request.headers and not from_own_page(request):  # programs send none
        note_refusal(request, "bad_origin")
        return _page("signin.html", 401)
    return _signed_in(request, str(form.get("token", "")).strip(), "form") or _page("signin.html", 401)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this sign-in: its cookie is worth nothing any more, what it has opened is closed; the token stays valid."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    gateway.identities.sign_out(identity)
    audit.signed_out(identity, address_of(request.transport))
    await asyncio.gather(*(connection.close_if_revoked() for connection in gateway.connections))
    response = web.HTTPSeeOther("/")
    response.del_cookie(gateway.cookie_name, path="/", httponly=True, samesite="Strict")
    return response


async def asset(request: web.Request) -> web.StreamResponse:
    """A built file; its name changes with its content, so it may be kept for ever."""
    path = asset_path(request.match_info["name"])  # decoded: it may hold slashes
    if path is None:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": _FOREVER})


async def socket_io_script(request: web.Request) -> web.StreamResponse:
    """Socket.IO's own client, where its pages look for it; for pages of other origins too: it says nothing of us."""
    path = asset_path("socket.io.js")
    if path is None:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cross-Origin-Resource-Policy": "cross-origin"})


def _signed_in(request: web.Request, token: str, how: str) -> web.StreamResponse | None:
    """Exchange a token for a cookie; `None` for one that is not valid, the sign-in page where it is not looked at."""
    gateway = request.app[GATEWAY]
    try:
        identity = gateway.token_attempts.by_token(token, address_of(request.transport), how)
    except ApiError as error:
        return _page("signin.html", error.body.status)
    if identity is None:
        return None
    response = web.HTTPSeeOther("/")
    response.set_cookie(
        gateway.cookie_name,
        gateway.identities.cookie(identity),
        path="/",
        httponly=True,
        samesite="Strict",
        secure=request.secure or None,
    )
    return response


def _opened_by_person(request: web.Request) -> bool:
    """Whether the browser says that no page led to this address. One that did, of another site or in an answer of ours,
    must not sign people in under a name of its choice. Over plain HTTP browsers say so on loopback only."""
    return request.headers.get("Sec-Fetch-Site") == "none"


def _page(name: str, status: int) -> web.Response:
    return web.Response(text=page_text(name) or NOT_BUILT, status=status, content_type="text/html")
