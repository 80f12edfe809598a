"""The headers of every answer, which say what a page of ours may do in a browser."""

from aiohttp import web

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The referrer policy lets a form of ours name its Origin, which browsers else keep back: over plain HTTP they
say nothing else about where a request comes from. To other sites nothing is told."""

_SERVER = "Deadstop"
"""The Server header, without the versions of what it is made of."""


def secure_headers(response: web.StreamResponse) -> None:
    """Set those that the handler has not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = _SERVER
