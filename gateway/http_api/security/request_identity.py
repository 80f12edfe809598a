"""The identity of a request: by bearer token, or by cookie from a page of ours."""

from aiohttp import web

from bus.contract.vocabulary import Role
from gateway.app_state import CALLER, GATEWAY, Gateway
from gateway.auth.addresses import address_of
from gateway.auth.identities import Identity
from gateway.auth.origin import origin_allowed
from gateway.auth.token_attempts import wrong_token
from gateway.http_connection import note_signed_in
from gateway.wire.errors import ApiError

LOGIN_CODES = ("unauthorized", "bad_origin", "too_many_attempts")
"""What may be wrong with a request whatever it asks for."""

_SAFE_METHODS = frozenset({"GET", "HEAD"})


def by_bearer(request: web.Request) -> Identity | None:
    """The identity of a request's bearer token; `None` for a request without one that is valid. Raises `ApiError`
    (`too_many_attempts`)."""
    token = _borne(request)
    if token is None:
        return None
    return _noted(request, request.app[GATEWAY].token_attempts.by_token(token, address_of(request.transport), "token"))


def _borne(request: web.Request) -> str | None:
    """The bearer token of a request, whatever it is."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def by_cookie(request: web.Request) -> Identity | None:
    """The identity of the page's cookie, wherever the request comes from."""
    gateway = request.app[GATEWAY]
    value = request.cookies.get(gateway.cookie_name)
    return _noted(request, gateway.identities.by_cookie(value)) if value else None


def by_own_page(request: web.Request) -> Identity | None:
    """The identity of the cookie if a page of ours sent it, else `None`."""
    return by_cookie(request) if from_own_page(request) else None


def from_own_page(request: web.Request) -> bool:
    """Whether the browser says that a page of ours, or of `allowed_origins`, has sent the request."""
    return origin_allowed(
        request.headers.get("Origin", ""),
        request.headers.get("Sec-Fetch-Site", ""),
        f"{request.scheme}://{request.host}",
        request.app[GATEWAY].settings.gateway.allowed_origins,
    )


def own_origin_only(request: web.Request) -> None:
    """Raises `ApiError` for a request that no page of ours has sent."""
    if not from_own_page(request):
        origin = request.headers.get("Origin", "none")
        raise ApiError(
            "bad_origin",
            f"the Origin is {origin}, this is {request.scheme}://{request.host}",
            "add it to [gateway] allowed_origins if that page may use this server",
        )


def for_operators(request: web.Request, what: str) -> Gateway:
    """Raises `ApiError` (`forbidden`) for a user; `what` begins the message's sentence: "the figures are"."""
    if request[CALLER].role is not Role.OPERATOR:
        raise ApiError("forbidden", f"{what} for operators", "use an operator's token")
    return request.app[GATEWAY]


def identity_of(request: web.Request) -> Identity:
    """The identity of the request. Raises `ApiError` (`unauthorized`, `too_many_attempts`, `bad_origin`)."""
    found = by_bearer(request)
    if found is not None:
        return found
    found = by_cookie(request)
    if found is None and _borne(request) is not None:
        raise wrong_token()
    if found is None:
        raise ApiError("unauthorized", "sign in first", "send `Authorization: Bearer TOKEN`, or open the page")
    if request.method not in _SAFE_METHODS:
        own_origin_only(request)
    return found


def _noted(request: web.Request, found: Identity | None) -> Identity | None:
    if found is not None:
        note_signed_in(request)
    return found
