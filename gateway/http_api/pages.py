"""The page, its sign-in, and the headers that fence it in."""

import asyncio
import re
from pathlib import Path

from aiohttp import web

from gateway.app_state import GATEWAY, IDENTITY
from gateway.auth import audit
from gateway.auth.addresses import address_of
from gateway.auth.origin import origin_allowed
from gateway.auth.sessions import Identity
from gateway.wire.errors import ApiError

STATIC = Path(__file__).parent.parent / "static"
NOT_BUILT = "<!doctype html><title>Deadstop</title><p>the page is not built: run make web\n"
PUBLIC_PATHS = frozenset({"/", "/ws", "/signin", "/healthz"})
"""They look by themselves at who asks."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SERVER = "Deadstop"
"""Without the versions of what it is made of."""

_FOREVER = "public, max-age=31536000, immutable"
_ASSET = re.compile(r"/assets/[\w.-]+")
_ASSET_NAME = re.compile(r"[\w-][\w.-]*")


def secure_headers(response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = _SERVER


def is_public(path: str) -> bool:
    """Whether people who have not signed in may ask for it: nothing but what the sign-in page itself needs."""
    return path in PUBLIC_PATHS or (path.startswith("/assets/") and path in _ASSET.findall(_read("signin.html")))


async def index(request: web.Request) -> web.StreamResponse:
    """The page for who is signed in, the sign-in page for others; a token in the address becomes a cookie."""
    gateway = request.app[GATEWAY]
    if token := request.query.get("token", ""):
        if not _opened_by_person(request):
            return _page("signin.html", 401)
        try:
            found = gateway.sign_in.by_token(token, address_of(request.transport), "address")
        except ApiError as error:
            return _page("signin.html", error.body.status)
        if found:
            return _signed_in(request, found)
    cookie = request.cookies.get(gateway.cookie_name, "")
    if gateway.identities.by_cookie(cookie):
        return _page("index.html", 200)
    return _page("signin.html", 401)


async def sign_in(request: web.Request) -> web.StreamResponse:
    """The sign-in page's form."""
    form = await request.post()
    token = str(form.get("token", "")).strip()
    if not _from_here(request):
        return _page("signin.html", 401)
    try:
        found = request.app[GATEWAY].sign_in.by_token(token, address_of(request.transport), "form")
    except ApiError as error:
        return _page("signin.html", error.body.status)
    return _signed_in(request, found) if found else _page("signin.html", 401)


async def sign_out(request: web.Request) -> web.StreamResponse:
    """End this sign-in: its cookie is worth nothing any more, what it has opened is closed; the token stays valid."""
    gateway, identity = request.app[GATEWAY], request[IDENTITY]
    gateway.identities.sign_out(identity)
    audit.signed_out(identity, address_of(request.transport))
    await asyncio.gather(*(connection.turned_out() for connection in gateway.connections))
    response = web.HTTPSeeOther("/")
    response.del_cookie(gateway.cookie_name, path="/", httponly=True, samesite="Strict")
    return response


async def asset(request: web.Request) -> web.StreamResponse:
    """A built file; its name changes with its content, so it may be kept for ever."""
    name = request.match_info["name"]  # decoded: it may hold slashes
    path = STATIC / "assets" / name
    if not _ASSET_NAME.fullmatch(name) or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": _FOREVER})


def _signed_in(request: web.Request, identity: Identity) -> web.StreamResponse:
    gateway = request.app[GATEWAY]
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
    """Whether no page led to this address. One that did, of another site or in an answer of ours, must not sign people
    in under a name of its choice. Without the header (programs, old browsers) nobody can tell."""
    return request.headers.get("Sec-Fetch-Site", "none") == "none"


def _from_here(request: web.Request) -> bool:
    """A page elsewhere must not sign people in under a name of its choice; programs send no Origin."""
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.host}"
    fetch_site = request.headers.get("Sec-Fetch-Site", "")
    return origin is None or origin_allowed(
        origin, fetch_site, own, request.app[GATEWAY].settings.gateway.allowed_origins
    )


def _page(name: str, status: int) -> web.Response:
    return web.Response(text=_read(name) or NOT_BUILT, status=status, content_type="text/html")


def _read(name: str) -> str:
    try:
        return (STATIC / name).read_text()
    except FileNotFoundError:
        return ""
