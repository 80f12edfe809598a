"""Writes refusals into the audit log: foreign pages and host names, and what a user may not do."""

import time

from aiohttp import web

from gateway.app_state import GATEWAY, IDENTITY
from gateway.auth import audit
from gateway.auth.addresses import address_of
from gateway.http_api.security.request_identity import by_cookie

AUDITED_CODES = frozenset({"forbidden", "bad_origin", "bad_host"})
MAX_CHARS = 200


def note_refusal(request: web.Request, code: str) -> None:
    """Write down a refusal; of an address that is refused again and again, only some of them."""
    gateway, address = request.app[GATEWAY], address_of(request.transport)
    if gateway.audited.take(address, time.monotonic()):
        return
    identity = request.get(IDENTITY) or by_cookie(request)
    caller = identity.caller if identity else None
    claimed = {"bad_host": request.host, "bad_origin": request.headers.get("Origin", "")}.get(code, "")
    what = f"{request.method} {request.path}"
    audit.turned_away(caller, address, what[:MAX_CHARS], code, claimed[:MAX_CHARS])
