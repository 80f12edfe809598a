"""A worker's side: the objects of the store as files, whose reading a stop can end at any moment."""

import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TypeVar

from bus.contract.catalog import CatalogTable
from bus.transport.codec import Decoder, encode
from bus.transport.frames import receive_frame, send_frame
from bus.wire.objects import (
    MAX_READ_BYTES,
    AnyBrokerAnswer,
    AnyRequest,
    BrokerAnswer,
    FindObject,
    FoundObject,
    Listing,
    ListObjects,
    NotServed,
    ObjectBytes,
    ReadBytes,
    RemoteObject,
)

PROTOCOL = "remote"
PREFIX = f"{PROTOCOL}://"
CONNECT_TIMEOUT_S = 5.0

A = TypeVar("A", bound=BrokerAnswer)

_decode: Decoder[AnyBrokerAnswer] = Decoder(AnyBrokerAnswer)


class RemoteError(OSError):
    """The broker or its store does not give what it was asked for."""


def versions_of(tables: Iterable[CatalogTable]) -> dict[str, str]:
    """The versions of the objects that these tables were read from, by path."""
    pairs = (pair for table in tables for pair in zip(table.files, table.versions, strict=bool(table.versions)))
    return {file.removeprefix(PREFIX): version for file, version in pairs}


class RemoteFiles:
    """The objects that the broker at this socket serves. Any number of threads may ask; each that does takes a line of
    its own."""

    def __init__(self, socket_path: str) -> None:
        self._path = socket_path
        self._versions: dict[str, str] = {}
        self._idle: list[socket.socket] = []
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def list(self) -> Listing:
        """Raises RemoteError."""
        return self._ask(ListObjects(), Listing)

    def expect(self, versions: Mapping[str, str]) -> None:
        """From now on these objects are read if they are of these versions, and all others not at all."""
        self._versions = dict(versions)

    def open(self, path: str) -> "RemoteFile":
        """An expected object. Raises RemoteError."""
        if path not in self._versions:
            raise RemoteError(f"{path} is none of the tables' objects")
        return RemoteFile(self, self._ask(FindObject(path, self._versions[path]), FoundObject).found)

    def read(self, of: RemoteObject, offset: int, length: int) -> bytes:
        """Raises RemoteError."""
        return self._ask(ReadBytes(of.path, of.version, offset, length), ObjectBytes).data

    def content(self, of: RemoteObject) -> bytes:
        """All of a small object. Raises RemoteError."""
        return RemoteFile(self, of).read()

    def close(self) -> None:
        """Close all connections; call it when nothing is read any more."""
        self.stop()

    def stop(self) -> None:
        """Fail every call that waits for bytes now. Later calls are not affected."""
        with self._lock:
            self._open -= set(self._idle)
            while self._idle:
                self._idle.pop().close()
            for connection in self._open:
                with suppress(OSError):  # it has ended by itself
                    connection.shutdown(socket.SHUT_RDWR)

    def _ask(self, request: AnyRequest, kind: type[A]) -> A:
        try:
            with self._line() as connection:
                send_frame(connection, encode(request))
                frame = receive_frame(connection)
                if frame is None:
                    raise ConnectionError("it has ended, or the reading was stopped")
        except OSError as error:
            raise RemoteError(f"the broker of the data cannot be asked: {error}. Ask again in a moment") from error
        answer = _decode(frame)
        if isinstance(answer, NotServed):
            raise RemoteError(answer.why)
        assert isinstance(answer, kind)
        return answer

    @contextmanager
    def _line(self) -> Iterator[socket.socket]:
        """A connection for the caller alone; it is kept for the next caller, unless something fails."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        except BaseException:
            self._drop(connection)
            raise
        with self._lock:
            self._idle.append(connection)

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            connection.settimeout(CONNECT_TIMEOUT_S)
            connection.connect(self._path)
            connection.settimeout(None)
        except OSError:
            connection.close()
            raise
        with self._lock:
            self._open.add(connection)
        return connection

    def _drop(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()


class RemoteFile:
    """One object, open for reading. The engine's threads share it, each seeks before it reads: so each has a position
    of its own."""

    def __init__(self, files: RemoteFiles, of: RemoteObject) -> None:
        self._files, self._of = files, of
        self._own = threading.local()

    @property
    def size(self) -> int:
        return self._of.size

    def read(self, length: int = -1) -> bytes:
        """Fewer bytes at the end of the object only. Raises RemoteError."""
        at = self.tell()
        end = self.size if length < 0 else min(self.size, at + length)
        parts = []
        while at < end:
            parts.append(self._files.read(self._of, at, min(end - at, MAX_READ_BYTES)))
            at += len(parts[-1])
        self._own.at = at
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._own.at = offset + (0, self.tell(), self.size)[whence]
        return self.tell()

    def tell(self) -> int:
        return int(getattr(self._own, "at", 0))

    def close(self) -> None:
        """Nothing is held open."""
