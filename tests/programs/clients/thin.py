"""A WebSocket client as thin as can be, to be slow or to be killed.

`python -m tests.programs.clients.thin PORT TOKEN SESSION AFTER` follows a session and prints each of its frames
as a line.
"""

import base64
import json
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

PIECE_BYTES = 65_536
SHORT, LONG = 126, 127


class Frames:
    """Cuts what arrives from a server into the payloads of its text frames."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads that are complete with this piece."""
        self._waiting += data
        while len(self._waiting) >= 2:
            opcode, length, start = self._waiting[0] & 15, self._waiting[1], 2
            if length in (SHORT, LONG):
                start += 2 if length == SHORT else 8
                if len(self._waiting) < start:
                    return
                length = int.from_bytes(self._waiting[2:start], "big")
            if len(self._waiting) < start + length:
                return
            payload = bytes(self._waiting[start : start + length])
            del self._waiting[: start + length]
            if opcode == 1:
                yield payload


def connect(port: int, token: str, *, batch: bool, buffer_bytes: int = 0) -> socket.socket:
    """A connection that has signed in; `buffer_bytes` keeps the kernel from reading ahead for us."""
    line = socket.socket()
    if buffer_bytes:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    line.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        more = line.recv(1)
        if not more:
            raise ConnectionError(f"port {port} closed the connection after {answer!r}")
        answer += more
    if b" 101 " not in answer.split(b"\r\n")[0]:
        raise ConnectionError(f"port {port} answered {answer!r}")
    line.sendall(_frame({"event": "authenticate", "data": {"token": token, "batch": batch}}))
    return line


def follow(line: socket.socket, session_id: str, after: int) -> None:
    """Ask for the stream of a session."""
    line.sendall(_frame({"event": "agent_follow", "data": {"session_id": session_id, "after_seq": after}}))


def _frame(value: Any) -> bytes:
    """A masked text frame of less than 64 KiB, as clients must send it; the mask is all zeros."""
    payload = json.dumps(value).encode()
    length = bytes([0x80 | len(payload)]) if len(payload) < SHORT else bytes([0x80 | SHORT]) + _short(payload)
    return b"\x81" + length + bytes(4) + payload


def _short(payload: bytes) -> bytes:
    return len(payload).to_bytes(2, "big")


def main() -> None:
    port, token, session_id, after = sys.argv[1:]
    line = connect(int(port), token, batch=False)
    follow(line, session_id, int(after))
    frames = Frames()
    while data := line.recv(PIECE_BYTES):
        for payload in frames.feed(data):
            sys.stdout.buffer.write(payload + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
