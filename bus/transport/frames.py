"""Frames over a stream socket: a length in four bytes, little end first, and so many bytes."""

import socket
import struct

_LENGTH = struct.Struct("<I")


class FrameTooLong(Exception):
    """The other side sends more than is taken here."""


def send_frame(connection: socket.socket, blob: bytes) -> None:
    """Raises OSError."""
    connection.sendall(_LENGTH.pack(len(blob)) + blob)


def receive_frame(connection: socket.socket, most: int = 1 << 31) -> bytes | None:
    """The next frame; None where the other side has ended. Raises OSError, also where it ended in the middle of one,
    and FrameTooLong before it is read."""
    head = connection.recv(_LENGTH.size, socket.MSG_WAITALL)
    if not head:
        return None
    (length,) = _LENGTH.unpack(head + _exactly(connection, _LENGTH.size - len(head)))
    if length > most:
        raise FrameTooLong(f"a frame of {length:,} bytes, the limit is {most:,}")
    return _exactly(connection, length)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:  # a signal may cut a wait short
        more = connection.recv(length - len(data), socket.MSG_WAITALL)
        if not more:
            raise ConnectionError("the other side ended in the middle of a message")
        data = data + more if data else more
    return data
