"""The `Host` and `Origin` headers that a request of ours may carry. Pure.

The Host check keeps a foreign name that was made to point at this machine (DNS rebinding) from reaching a gateway;
the Origin check keeps other sites' pages from using a person's cookie.
"""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

_NO_HOST = frozenset("/@?#\\")
"""What stands in other parts of an address, behind or before the host."""

_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def host_allowed(header: str, own_names: Iterable[str], allowed_origins: Sequence[str], *, on_loopback: bool) -> bool:
    """Whether a request with this `Host` may be answered by a gateway of these names: those of loopback, those of the
    origins, and its own. Beyond loopback also any address, for only a name can be made to point here."""
    name = _host_name(f"//{header}")
    if not name or not _NO_HOST.isdisjoint(header):
        return False
    if name in _LOOPBACK_NAMES or name in map(_host_name, allowed_origins):
        return True
    return name in {own.lower() for own in own_names} or (not on_loopback and _is_address(name))


def origin_allowed(origin: str, fetch_site: str, own: str, allowed_origins: Sequence[str]) -> bool:
    """Whether a request from a page at `origin` may use a cookie; `own` is this request's scheme, host and port.

    Where something keeps a form's Origin back, it is `null`; then the browser's own
    `Sec-Fetch-Site`, which no page can set, must say that it comes from here.
    """
    if origin == "null":
        return fetch_site == "same-origin"
    return origin.lower() in {own.lower(), *(allowed.rstrip("/").lower() for allowed in allowed_origins)}


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _host_name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
