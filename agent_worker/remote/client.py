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
    """One object, open for reading."""

    def __init__(self, files: RemoteFiles, connection: socket.socket, size: int) -> None:
        self._files, self._connection, self.size = files, connection, size
        self._at = 0

    def read(self, length: int = -1) -> bytes:
        """Fewer bytes at the end of the object only. Raises RemoteError."""
        end = self.size if length < 0 else min(self.size, self._at + length)
        parts = []
        while self._at < end:
            wanted = min(end - self._at, MAX_READ_BYTES)
            answer = self._files.ask(self._connection, ReadBytes(self._at, wanted))
            assert isinstance(answer, Bytes)
            parts.append(answer.data)
            self._at += len(answer.data)
        return b"".join(parts)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self.size)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        self._files.forget(self._connection)
