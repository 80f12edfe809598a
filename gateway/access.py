"""Who sends a request, and whether it may be answered."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from math import ceil

from aiohttp import web

from bus.client import CommandRefused
from bus.sockets import BusError
from bus.vocabulary import Role
from gateway.context import CALLER, GATEWAY, IDENTITY, Gateway, json_response
from gateway.door import address_of, note_signed_in
from gateway.errors import ApiError, ErrorBody, error_body
from gateway.identity import Identity
from gateway.origin import host_allowed, origin_allowed
from gateway.pages import is_public, secure_headers

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOGIN_CODES = ("unauthorized", "bad_origin", "too_many_attempts")
"""What may be wrong with a request whatever it asks for."""

_NOT_LET_IN = frozenset({"unauthorized", "too_many_attempts"})
_SAFE_METHODS = frozenset({"GET", "HEAD"})
SWITCHING = HTTPStatus.SWITCHING_PROTOCOLS


def by_bearer(request: web.Request) -> Identity | None:
    """Whom the bearer token of a request stands for; `None` for a request without one that is valid. Raises `ApiError`
    (`too_many_attempts`)."""
    token = _borne(request)
    if token is None:
        return None
    return _noted(request, request.app[GATEWAY].sign_in.by_token(token, address_of(request.transport), "token"))


def _borne(request: web.Request) -> str | None:
    """The bearer token of a request, whatever it is."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def by_cookie(request: web.Request) -> Identity | None:
    """Whom the page's cookie stands for, wherever the request comes from."""
    gateway = request.app[GATEWAY]
    value = request.cookies.get(gateway.cookie_name)
    return _noted(request, gateway.identities.by_cookie(value)) if value else None


def by_own_page(request: web.Request) -> Identity | None:
    """Whom the cookie stands for, if a page of ours sent it; another's page, or no page, is nobody."""
    return by_cookie(request) if _from_own_page(request) else None


def own_origin_only(request: web.Request) -> None:
    """Raises `ApiError` for a request that no page of ours has sent."""
    if not _from_own_page(request):
        origin = request.headers.get("Origin", "none")
        raise ApiError(
            "bad_origin",
            f"the Origin is {origin}, this is {request.scheme}://{request.host}",
            "add it to [gateway] allowed_origins if that page may use this server",
        )


def for_operators(request: web.Request, what: str) -> Gateway:
    """Raises `ApiError` (`forbidden`) for anybody else; `what` begins the sentence: "the figures are"."""
    if request[CALLER].role is not Role.OPERATOR:
        raise ApiError("forbidden", f"{what} for operators", "use an operator's token")
    return request.app[GATEWAY]


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Host, sign-in, Origin; then the handler, with everything that goes wrong as `{error, code, hint}`."""
    try:
        _check_host(request)
        if is_public(request.path):
            if "Authorization" not in request.headers and by_cookie(request) is None:
                await request.app[GATEWAY].door.hold_back(address_of(request.transport))
                if request.transport is None:
                    return web.Response(status=408)  # who asked has left meanwhile, and hears it no more
        else:
            request[IDENTITY] = _identity(request)
            request[CALLER] = request[IDENTITY].caller
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        if request.writer.output_size:  # an answer that has begun can only break off
            log.exception("An answer broke off", extra={"action": "request", "path": request.path})
            raise
        body = _said(request, error)
        if body.code in _NOT_LET_IN:
            await request.app[GATEWAY].door.hold_back(address_of(request.transport))
        response = json_response(body, body.status)
        if isinstance(error, web.HTTPMethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        if isinstance(error, ApiError) and error.retry_after_s:
            response.headers["Retry-After"] = str(ceil(error.retry_after_s))
        return response


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, just before it goes out."""
    secure_headers(response)
    if request.app[GATEWAY].leaving and response.status != SWITCHING:
        response.headers["Connection"] = "close"
        response.force_close()


def _said(request: web.Request, error: Exception) -> ErrorBody:
    where = f"{request.method} {request.path}"
    match error:
        case ApiError() | CommandRefused() | BusError():
            return error_body(error)
        case web.HTTPRequestEntityTooLarge():
            limit = request.app[GATEWAY].settings.gateway.max_frame_bytes
            return ErrorBody(f"{where}: the body has more than {limit} bytes", "too_large", "send less at once")
        case web.HTTPMethodNotAllowed():
            return ErrorBody(f"{where}: not with this method", "method_not_allowed")
        case web.HTTPNotFound():
            return ErrorBody(f"{where}: there is nothing here", "not_found")
        case web.HTTPException():
            return ErrorBody(f"{where}: {error.reason}", "bad_request")
    log.exception("A request failed", extra={"action": "request", "path": request.path})
    return ErrorBody(f"{where} failed", "internal", "the gateway's log says why")


def _check_host(request: web.Request) -> None:
    settings = request.app[GATEWAY].settings.gateway
    if not host_allowed(request.host, settings.host, settings.allowed_origins):
        raise ApiError(
            "bad_host",
            f"this server is not {request.host}",
            "use its own address, or add the other one to [gateway] allowed_origins",
        )


def _identity(request: web.Request) -> Identity:
    found = by_bearer(request)
    if found is not None:
        return found
    found = by_cookie(request)
    if found is None and _borne(request) is not None:
        raise ApiError("unauthorized", "that token is not valid", "`deadstop token create` makes one")
    if found is None:
        raise ApiError("unauthorized", "sign in first", "send `Authorization: Bearer TOKEN`, or open the page")
    if request.method not in _SAFE_METHODS:
        own_origin_only(request)
    return found


def _noted(request: web.Request, found: Identity | None) -> Identity | None:
    if found is not None:
        note_signed_in(request)
    return found


def _from_own_page(request: web.Request) -> bool:
    return origin_allowed(
        request.headers.get("Origin", ""),
        request.headers.get("Sec-Fetch-Site", ""),
        f"{request.scheme}://{request.host}",
        request.app[GATEWAY].settings.gateway.allowed_origins,
    )
