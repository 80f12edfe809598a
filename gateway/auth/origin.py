"""The `Host` and `Origin` headers that a request of ours may carry. Pure.

The Host check keeps a foreign name that was made to point at this machine (DNS rebinding) from reaching a gateway
on loopback; the Origin check keeps other sites' pages from using a person's cookie.
"""

from collections.abc import Sequence
from urllib.parse import urlsplit

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def host_allowed(header: str, listening_on: str, allowed_origins: Sequence[str], *, on_loopback: bool) -> bool:
    """Whether a request with this `Host` may be answered by a gateway that was told to listen on the host
    `listening_on`; on loopback only our own names may."""
    if not on_loopback:
        return True
    name = _host_name(f"//{header}")
    return name in _LOOPBACK_NAMES or name == listening_on.lower() or name in map(_host_name, allowed_origins)


def origin_allowed(origin: str, fetch_site: str, own: str, allowed_origins: Sequence[str]) -> bool:
    """Whether a request from a page at `origin` may use a cookie; `own` is this request's scheme, host and port.

    A form on a page with `Referrer-Policy: no-referrer` sends the Origin `null`; then the browser's own
    `Sec-Fetch-Site`, which no page can set, must say that it comes from here.
    """
    if origin == "null":
        return fetch_site == "same-origin"
    return origin.lower() in {own.lower(), *(allowed.rstrip("/").lower() for allowed in allowed_origins)}


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
