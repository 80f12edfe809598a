"""Parameters of a request's query string, checked."""

from aiohttp import web

from gateway.wire.errors import ApiError

_FLAGS = {"": True, "1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def flag(request: web.Request, name: str) -> bool:
    """Whether a parameter of the query says yes. Raises `ApiError` for one that says neither yes nor no."""
    given = request.query.get(name, "no").lower()
    if given not in _FLAGS:
        raise ApiError("bad_request", f"{name} is {given[:32]!r}", f"it is one of {', '.join(filter(None, _FLAGS))}")
    return _FLAGS[given]


def text(request: web.Request, name: str, max_chars: int) -> str:
    """A parameter of the query, empty where it is missing. Raises `ApiError` for one that is too long."""
    given = request.query.get(name, "")
    if len(given) > max_chars:
        raise ApiError("bad_request", f"{name} has {len(given)} characters, the limit is {max_chars}", "shorten it")
    return given


def page_size(request: web.Request, usual: int, most: int) -> int:
    """The parameter `limit`. Raises `ApiError` for what is no number from 1 to `most`."""
    given = request.query.get("limit", str(usual))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(most)) and 1 <= int(given) <= most):
        raise ApiError("bad_request", f"limit is {given[:32]!r}", f"it is a number from 1 to {most}")
    return int(given)
