"""Object stores and web servers, as a listing and ranges of bytes that are known to be of one version."""

import http.client
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import pyarrow.fs as arrow_fs

from agent_worker.remote.wire import RemoteObject

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 30.0


class StoreError(Exception):
    """The store does not give what it was asked for. The message is for people."""


class OpenObjectReader(Protocol):
    """One object, at the version that it had when it was opened; `tag` names that version."""

    size: int
    tag: str

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes. Raises StoreError, also where the object has changed meanwhile."""
        ...


class Store(Protocol):
    """What lies beneath one address; `root` is its path."""

    root: str

    def list(self) -> list[RemoteObject]:
        """Raises StoreError."""
        ...

    def open(self, path: str) -> OpenObjectReader:
        """Raises StoreError."""
        ...


def store_of(address: str) -> Store:
    """For `s3://`, `gs://`, `az://` (a prefix) and `https://` (a file). Raises StoreError."""
    if urlsplit(address).scheme in ("http", "https"):
        return HttpStore(address)
    return ArrowStore(address)


class ArrowStore:
    """By Arrow's file systems, with the credentials that they find in the environment and in the usual files."""

    def __init__(self, address: str) -> None:
        scheme = urlsplit(address).scheme
        named = f"abfs{address.removeprefix('az')}" if scheme == "az" else address
        try:
            self._files, self.root = arrow_fs.FileSystem.from_uri(named)
        except (OSError, ValueError) as error:
            raise StoreError(f"{address}: {_first_line(error)}") from error

    def list(self) -> list[RemoteObject]:
        try:
            found = self._files.get_file_info(arrow_fs.FileSelector(self.root, recursive=True))
        except OSError as error:
            raise StoreError(f"{self.root} cannot be listed: {_first_line(error)}") from error
        return [
            RemoteObject(info.path, info.size, f"{info.size} {info.mtime_ns}")
            for info in found
            if info.type is arrow_fs.FileType.File
        ]

    def open(self, path: str) -> OpenObjectReader:
        try:
            return _ArrowObject(self._files, path)
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {_first_line(error)}") from error


class _ArrowObject:
    def __init__(self, files: Any, path: str) -> None:
        self._files, self._path = files, path
        self._stream = files.open_input_file(path)
        self.size = int(self._stream.size())
        self.tag = self._tag(self._stream)

    def read(self, offset: int, length: int) -> bytes:
        """The tag is looked at afterwards: ranges are asked for without one, so that an object that was replaced would
        give the new one's."""
        try:
            data = bytes(self._stream.read_at(length, offset))
            with self._files.open_input_file(self._path) as now:
                tag = self._tag(now)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be read: {_first_line(error)}") from error
        if tag != self.tag:
            raise StoreError(f"{self._path} was changed while it was read. Ask again: the tables are read anew")
        if len(data) != length:
            raise StoreError(f"{self._path} gave {len(data)} bytes of {length}")
        return data

    def _tag(self, stream: Any) -> str:
        told: Mapping[str, bytes] = stream.metadata() or {}
        tag = told.get("ETag") or told.get("etag")
        if tag is None:
            info = self._files.get_file_info(self._path)
            return f"{info.size} {info.mtime_ns}"
        return tag.decode("latin-1")


class HttpStore:
    """One file of a web server that gives ranges."""

    def __init__(self, address: str) -> None:
        self._parts = urlsplit(address)
        self._path = f"{self._parts.netloc}{self._parts.path}"
        self.root = self._path.rpartition("/")[0]
        self._target = urlunsplit(("", "", self._parts.path or "/", self._parts.query, ""))

    def list(self) -> list[RemoteObject]:
        opened = self.open(self._path)
        return [RemoteObject(self._path, opened.size, f"{opened.size} {opened.tag}")]

    def open(self, path: str) -> OpenObjectReader:
        response, _ = self.request("HEAD", {})
        length = response.getheader("Content-Length")
        if response.status != http.HTTPStatus.OK or length is None:
            raise StoreError(f"{path} cannot be opened: the server says {response.status} {response.reason}")
        tag = response.getheader("ETag") or response.getheader("Last-Modified") or ""
        return _HttpObject(self, path, int(length), tag)

    def request(self, method: str, headers: dict[str, str]) -> tuple[http.client.HTTPResponse, bytes]:
        """Raises StoreError."""
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._parts.netloc, timeout=READ_TIMEOUT_S)
        try:
            connection.request(method, self._target, headers=headers)
            response = connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise StoreError(f"{self._path} cannot be read: {_first_line(error)}") from error
        finally:
            connection.close()


class _HttpObject:
    def __init__(self, store: HttpStore, path: str, size: int, tag: str) -> None:
        self._store, self._path, self.size, self.tag = store, path, size, tag

    def read(self, offset: int, length: int) -> bytes:
        asked = {"Range": f"bytes={offset}-{offset + length - 1}", **({"If-Range": self.tag} if self.tag else {})}
        response, data = self._store.request("GET", asked)
        if response.status == http.HTTPStatus.OK:
            raise StoreError(f"{self._path} was changed while it was read, or its server gives no ranges of bytes")
        if response.status != http.HTTPStatus.PARTIAL_CONTENT:
            raise StoreError(f"{self._path} cannot be read: the server says {response.status} {response.reason}")
        if len(data) != length:
            raise StoreError(f"{self._path} gave {len(data)} bytes of {length}")
        return data


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
