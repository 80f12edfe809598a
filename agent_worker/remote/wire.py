"""What a worker and the broker say to each other over a Unix socket: frames of a length and MessagePack."""

import socket
import struct
from typing import Any, TypeVar

import msgspec

MAX_READ_BYTES = 4 * 1024 * 1024
"""Of one request: so a stop is never behind much, and no worker makes the broker hold more."""
MAX_REQUEST_BYTES = 64 * 1024
_LENGTH = struct.Struct("<I")

Reply = TypeVar("Reply")


class RemoteObject(msgspec.Struct, frozen=True):
    """One object of the listing. `version` changes when it is written again, as far as a listing tells."""

    path: str
    size: int
    version: str


class ListObjects(msgspec.Struct, frozen=True, tag=True):
    """Asks for a fresh listing: answered by `Listing`."""


class OpenObject(msgspec.Struct, frozen=True, tag=True):
    """Opens an object of the last listing for this connection: answered by `Opened`."""

    path: str


class ReadBytes(msgspec.Struct, frozen=True, tag=True):
    """Bytes of the opened object, at most MAX_READ_BYTES: answered by `Bytes`."""

    offset: int
    length: int


class Listing(msgspec.Struct, frozen=True, tag=True):
    """All objects beneath the address, whose own path is `root`."""

    root: str
    objects: list[RemoteObject]


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The object is of this size."""

    size: int


class Bytes(msgspec.Struct, frozen=True, tag=True):
    """All bytes that were asked for."""

    data: bytes


class Failed(msgspec.Struct, frozen=True, tag=True):
    """Why it cannot be done, for people."""

    why: str


Request = ListObjects | OpenObject | ReadBytes
Answer = Listing | Opened | Bytes | Failed

_requests = msgspec.msgpack.Decoder(Request)
_answers = msgspec.msgpack.Decoder(Answer)


def send(connection: socket.socket, message: Request | Answer) -> None:
    """Raises OSError."""
    blob = msgspec.msgpack.encode(message)
    connection.sendall(_LENGTH.pack(len(blob)) + blob)


def receive_request(connection: socket.socket) -> Any:
    """The next request; None when the other side is gone. Raises OSError, or msgspec.DecodeError for nonsense."""
    length = _length(connection)
    if length is None:
        return None
    if length > MAX_REQUEST_BYTES:
        raise msgspec.DecodeError(f"a request of {length} bytes")
    return _requests.decode(_exactly(connection, length))


def receive_answer(connection: socket.socket) -> Any:
    """Raises OSError where the broker is gone."""
    length = _length(connection)
    if length is None:
        raise ConnectionError("the broker of the data has ended")
    return _answers.decode(_exactly(connection, length))


def _length(connection: socket.socket) -> int | None:
    head = connection.recv(_LENGTH.size, socket.MSG_WAITALL)
    return _LENGTH.unpack(head)[0] if len(head) == _LENGTH.size else None


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = connection.recv(length, socket.MSG_WAITALL)
    while len(data) < length:  # a signal may cut a wait short
        more = connection.recv(length - len(data), socket.MSG_WAITALL)
        if not more:
            raise ConnectionError("the other side ended in the middle of a message")
        data += more
    return data
