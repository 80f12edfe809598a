"""Which process is at the other end of each connection of a socket, and when a process's last connection has closed.

Only for Unix sockets, where the kernel knows the peer's pid.
"""

import asyncio
import os
import socket as sockets
import struct

import zmq
from zmq.utils.monitor import parse_monitor_message

from bus.transport.channel import Channel


class PeerWatch:
    """Watches the connections of a bound socket."""

    def __init__(self, socket: zmq.Socket[bytes]) -> None:
        monitor = socket.get_monitor_socket(zmq.EVENT_ACCEPTED | zmq.EVENT_DISCONNECTED)
        self._channel = Channel(monitor, self._on_event)
        self._pid_of: dict[int, int] = {}
        self._closing: dict[int, list[asyncio.Future[None]]] = {}

    async def closed(self, pid: int) -> None:
        """Wait until no connection of this process is open; everything it sent has been received by then."""
        if pid not in self._pid_of.values():
            return
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._closing.setdefault(pid, []).append(gone)
        await gone

    def close(self) -> None:
        self._channel.close()

    def _on_event(self, frames: list[bytes]) -> None:
        event = parse_monitor_message(frames)
        descriptor = int(event["value"])
        if event["event"] == zmq.EVENT_ACCEPTED:
            pid = _peer_pid(descriptor)
            if pid is not None:
                self._pid_of[descriptor] = pid
            return
        pid = self._pid_of.pop(descriptor, None)
        if pid is not None and pid not in self._pid_of.values():
            for gone in self._closing.pop(pid, []):
                if not gone.done():
                    gone.set_result(None)


def _peer_pid(descriptor: int) -> int | None:
    """The pid at the other end of a Unix socket of ours, unless it has closed meanwhile."""
    try:
        with sockets.socket(fileno=os.dup(descriptor)) as connection:
            credentials = connection.getsockopt(sockets.SOL_SOCKET, sockets.SO_PEERCRED, struct.calcsize("3i"))
    except OSError:
        return None
    return int(struct.unpack("3i", credentials)[0]) or None
