"""A worker's side: the objects of the store as files of the engine, whose reading a stop can end at any moment."""

import socket
import threading

from agent_worker.remote.wire import (
    MAX_READ_BYTES,
    Bytes,
    Failed,
    Listing,
    ListObjects,
    Opened,
    OpenObject,
    ReadBytes,
    Request,
    receive_answer,
    send,
)

PROTOCOL = "remote"
PREFIX = f"{PROTOCOL}://"


class RemoteError(OSError):
    """The broker or its store does not give what it was asked for."""


class RemoteFiles:
    """The objects that the broker at this socket serves."""

    def __init__(self, socket_path: str) -> None:
        self._path = socket_path
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def list(self) -> Listing:
        """Raises RemoteError."""
        connection = self._connect()
        try:
            answer = self.ask(connection, ListObjects())
        finally:
            self.forget(connection)
        assert isinstance(answer, Listing)
        return answer

    def open(self, path: str) -> "RemoteFile":
        """Raises RemoteError."""
        connection = self._connect()
        try:
            answer = self.ask(connection, OpenObject(path))
        except RemoteError:
            self.forget(connection)
            raise
        assert isinstance(answer, Opened)
        return RemoteFile(self, connection, answer.size)

    def stop(self) -> None:
        """Whoever waits for bytes gets an error instead. What is opened afterwards is not touched."""
        with self._lock:
            waiting = list(self._open)
        for connection in waiting:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # it has ended by itself

    def ask(self, connection: socket.socket, request: Request) -> Listing | Opened | Bytes:
        """Raises RemoteError."""
        try:
            send(connection, request)
            answer = receive_answer(connection)
        except OSError as error:
            raise RemoteError(f"the data's broker cannot be asked: {error}") from error
        if isinstance(answer, Failed):
            raise RemoteError(answer.why)
        found: Listing | Opened | Bytes = answer
        return found

    def forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)
        connection.close()

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            raise RemoteError(f"the data's broker cannot be reached: {error}") from error
        with self._lock:
            self._open.add(connection)
        return connection


class RemoteFile:
    """One object, open for reading. The engine's threads share it, each seeks before it reads: so each has a position
    of its own, and one asks at a time."""

    def __init__(self, files: RemoteFiles, connection: socket.socket, size: int) -> None:
        self._files, self._connection, self.size = files, connection, size
        self._own = threading.local()
        self._asking = threading.Lock()

    def read(self, length: int = -1) -> bytes:
        """Fewer bytes at the end of the object only. Raises RemoteError."""
        at = self.tell()
        end = self.size if length < 0 else min(self.size, at + length)
        parts = []
        while at < end:
            with self._asking:
                answer = self._files.ask(self._connection, ReadBytes(at, min(end - at, MAX_READ_BYTES)))
            assert isinstance(answer, Bytes)
            parts.append(answer.data)
            at += len(answer.data)
        self._own.at = at
        return b"".join(parts)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._own.at = offset + (0, self.tell(), self.size)[whence]
        return self.tell()

    def tell(self) -> int:
        return int(getattr(self._own, "at", 0))

    def close(self) -> None:
        self._files.forget(self._connection)

    def __del__(self) -> None:
        self.close()  # the engine lets go of files without closing them
