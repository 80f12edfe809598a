"""Around every request: host, sign-in and Origin before the handler, its errors as JSON and the headers after it."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from math import ceil

from aiohttp import web

from bus.client import CommandRefused
from bus.transport.sockets import BusError
from gateway.app_state import CALLER, GATEWAY, IDENTITY, json_response
from gateway.auth.addresses import address_of
from gateway.auth.origin import host_allowed
from gateway.http_api.security.headers import secure_headers
from gateway.http_api.security.refusals import AUDITED_CODES, note_refusal
from gateway.http_api.security.request_identity import by_cookie, identity_of
from gateway.http_api.static_files import needed_by
from gateway.wire.errors import ApiError, ErrorBody, error_body

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


_ANONYMOUS_CODES = frozenset({"unauthorized", "too_many_attempts", "bad_host"})
_PUBLIC = frozenset({"/", "/ws", "/signin", "/healthz", "/socket.io/", "/socket.io/socket.io.js"})
"""Their handlers check the sign-in themselves, or need none."""

_PUBLIC_PAGES = ("signin.html", "confirm.html", "share.html")

SWITCHING = HTTPStatus.SWITCHING_PROTOCOLS


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Host, sign-in, Origin; then the handler, with everything that goes wrong as `{error, code, hint}`."""
    try:
        _check_host(request)
        if not _is_public(request):
            request[IDENTITY] = identity_of(request)
            request[CALLER] = request[IDENTITY].caller
        elif "Authorization" not in request.headers and by_cookie(request) is None:
            await _throttle(request)
            if request.transport is None:
                return web.Response(status=408)  # the client has gone meanwhile
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        if isinstance(error, ConnectionError) and not request.writer.output_size:
            return web.Response(status=408)  # the client has gone in the middle of its request
        if request.writer.output_size:  # an answer that has begun can only break off
            log.exception("An answer broke off", extra={"action": "request", "path": request.path})
            raise
        return await _error_answer(request, error)


def unreadable(status: int) -> web.Response:
    """The answer to what could not become a request, or failed before we had it."""
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        body = ErrorBody("the request failed", "internal", "the gateway's log says why")
    else:
        words = f"this is no HTTP request that can be answered: {HTTPStatus(status).phrase.lower()}"
        body = ErrorBody(words, "bad_request", "send HTTP/1.1")
    response = json_response(body, status)
    secure_headers(response)
    return response


async def _error_answer(request: web.Request, error: Exception) -> web.Response:
    body = _error_body_of(request, error)
    if body.code in AUDITED_CODES:
        note_refusal(request, body.code)
    if body.code in _ANONYMOUS_CODES:
        await _throttle(request)
    response = json_response(body, body.status)
    if isinstance(error, web.HTTPMethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
    if isinstance(error, ApiError) and error.retry_after_s:
        response.headers["Retry-After"] = str(ceil(error.retry_after_s))
    return response


async def _throttle(request: web.Request) -> None:
    await request.app[GATEWAY].anonymous.throttle(address_of(request.transport))


def _is_public(request: web.Request) -> bool:
    path = request.path
    if path in _PUBLIC or path.startswith("/s/") or any(needed_by(page, path) for page in _PUBLIC_PAGES):
        return True
    shares = request.app[GATEWAY].settings.gateway.public_shares and request.method in ("GET", "HEAD")
    return shares and path.startswith(("/api/shares/", "/assets/"))


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, just before it goes out."""
    secure_headers(response)
    if request.app[GATEWAY].shutdown.finishing and response.status != SWITCHING:
        response.headers["Connection"] = "close"
        response.force_close()


def _error_body_of(request: web.Request, error: Exception) -> ErrorBody:
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
    gateway = request.app[GATEWAY]
    settings = gateway.settings.gateway
    if not host_allowed(request.host, gateway.names, settings.allowed_origins, on_loopback=gateway.on_loopback):
        raise ApiError(
            "bad_host",
            f"this server is not {request.host}",
            "use its own address, or add the name to [gateway] allowed_hosts",
        )
