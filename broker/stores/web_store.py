"""One file of a web server that gives ranges of bytes."""

import http
import logging
import threading
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import httpx2

from broker.stores.failures import explained
from broker.stores.object_store import CONNECT_TIMEOUT_S, SILENT_S, Listed, ObjectChanged, ObjectStoreError

ATTEMPTS = 4
FIRST_WAIT_S = 0.2
MAX_REDIRECTS = 5
_NO_BRACKETS = str.maketrans("", "", "[]")
"""Removes the brackets of an IPv6 address, which the engine would take for a pattern."""
_AGAIN = frozenset({429, 500, 502, 503, 504})
logging.getLogger("httpx2").setLevel(logging.WARNING)  # it would log whole addresses


class WebStore:
    """The file at this address, which may hold a signature: it is never said."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._address = address
        self._secure = parts.scheme == "https"
        self._path = f"{parts.netloc.translate(_NO_BRACKETS)}{unquote(parts.path)}"
        self.root = self._path.rpartition("/")[0]
        timeout = httpx2.Timeout(SILENT_S, connect=CONNECT_TIMEOUT_S)
        self._client = httpx2.Client(timeout=timeout, follow_redirects=True, max_redirects=MAX_REDIRECTS)

    def list(self) -> list[Listed]:
        opened = self.open(self._path)
        return [Listed(self._path, opened.size, opened.version)]

    def open(self, path: str) -> "_WebReader":
        """Open the file by reading its first byte: HEAD is not allowed by a signed address. Raises ObjectStoreError."""
        piece = self.get(path, 0, 1)
        return _WebReader(self, path, piece.size, piece.version)

    def get(self, path: str, offset: int, length: int) -> "Piece":
        """A range of bytes; tried several times. Raises ObjectStoreError."""
        asked = {"Range": f"bytes={offset}-{offset + length - 1}", "Accept-Encoding": "identity"}
        wait_s, trouble = FIRST_WAIT_S, ""
        for attempt in range(ATTEMPTS):
            if attempt:
                threading.Event().wait(wait_s)
                wait_s *= 2
            try:
                return self._get(asked, length)
            except _Refused as refused:
                raise ObjectStoreError(explained(path, str(refused))) from None
            except httpx2.HTTPError as error:
                trouble = f"{type(error).__name__}: {error}"
        raise ObjectStoreError(explained(path, self._without_signature(f"{trouble}; {ATTEMPTS} attempts")))

    def _get(self, headers: dict[str, str], length: int) -> "Piece":
        """Raises httpx2.HTTPError for what may be better the next time, and _Refused."""
        with self._client.stream("GET", self._address, headers=headers) as response:
            status = http.HTTPStatus(response.status_code)
            size = response.headers.get("Content-Range", "").rpartition("/")[2]
            if self._secure and response.url.scheme != "https":
                raise _Refused("it leads to an address without https")
            if status in _AGAIN:
                raise httpx2.HTTPError(f"the server says {status} {status.phrase}")
            if status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and size == "0":
                return Piece(0, f"0 {_tag(response)}", b"")
            if response.is_success and not size.isdigit():
                raise _Refused("its server gives no ranges of bytes; put a copy into a folder, or a store")
            if status != http.HTTPStatus.PARTIAL_CONTENT:
                raise _Refused(f"the server says {status} {status.phrase}")
            data = _at_most(response, length)
            if len(data) != min(length, int(size)):
                raise httpx2.HTTPError(f"peer closed after {len(data)} bytes of {length}")
            return Piece(int(size), f"{size} {_tag(response)}", data)

    def _without_signature(self, text: str) -> str:
        query = urlsplit(self._address).query
        return text.replace(query, "…") if query else text


class Piece(NamedTuple):
    """Some bytes, the size of the whole, and its version."""

    size: int
    version: str
    data: bytes


class _Refused(Exception):
    """Asking again would not help."""


class _WebReader:
    def __init__(self, store: WebStore, path: str, size: int, version: str) -> None:
        self._store, self._path = store, path
        self.size, self.version = size, version

    def read(self, offset: int, length: int) -> bytes:
        """What comes is of this version: the server says so with each answer."""
        if not length:
            return b""
        piece = self._store.get(self._path, offset, length)
        if piece.version != self.version:
            raise ObjectChanged(self._path)
        return piece.data


def _tag(response: httpx2.Response) -> str:
    return response.headers.get("ETag") or response.headers.get("Last-Modified") or ""


def _at_most(response: httpx2.Response, length: int) -> bytes:
    data = b""
    for piece in response.iter_raw():
        data += piece
        if len(data) > length:
            break
    return data
