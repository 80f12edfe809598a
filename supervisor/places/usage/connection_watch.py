"""Finds a worker that opens connection after connection to the supervisor: each takes a descriptor here, and where none
is left, the bus's library ends the whole process."""

import contextlib
import os
import socket
import struct
from collections import Counter
from collections.abc import Callable, Container, Mapping
from pathlib import Path

from bus.contract.vocabulary import Reason
from bus.system.proc import read_stat

SURGE = 128
"""By how many the open descriptors of this process must have grown before they are counted by worker."""

MOST_CONNECTIONS = 64
"""A worker has two, and for a moment two more where it connects again."""

_CREDENTIALS = struct.Struct("=iII")


class ConnectionWatch:
    """Looks each 20 ms at how many descriptors are open, which takes a microsecond, and only after a surge at each.
    `workers()` are their ids by their processes' numbers."""

    def __init__(
        self, workers: Callable[[], Mapping[int, str]], overcrowded: Callable[[str, Reason, str], None]
    ) -> None:
        self._workers = workers
        self._overcrowded = overcrowded
        self._before = open_descriptors()

    def look(self) -> None:
        """Have each worker ended that has too many connections."""
        try:
            opened = open_descriptors()
        except OSError:  # not one is left, not even for looking
            return
        if opened < self._before + SURGE:
            self._before = min(self._before, opened)
            return
        self._before = opened
        ids = self._workers()
        counted: Counter[int] = Counter()
        for pid, connections in _connections_by_process().items():
            if (found := _first_of(ids, pid)) is not None:
                counted[found] += connections
        for pid, connections in counted.items():
            if connections > MOST_CONNECTIONS:
                words = f"The worker opened {connections:,} connections to the server; it may have {MOST_CONNECTIONS}."
                self._overcrowded(ids[pid], Reason.AGENT_ERROR, words)


def open_descriptors() -> int:
    """About how many descriptors this process has open: the lowest that is free. Raises OSError where none is."""
    free = os.dup(0)
    os.close(free)
    return free


def _connections_by_process() -> Counter[int]:
    """The Unix connections of this process, by the process that made them."""
    found: Counter[int] = Counter()
    with contextlib.suppress(OSError):
        for entry in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found[_peer(int(entry.name))] += 1
    return found


def _peer(descriptor: int) -> int:
    """Raises OSError for what is no such connection, or is none any more."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=descriptor)
    try:
        told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    finally:
        connection.detach()  # it is the library's, and stays open
    return int(_CREDENTIALS.unpack(told)[0])


def _first_of(wanted: Container[int], pid: int) -> int | None:
    """The process itself, or the nearest of those above it, that is wanted."""
    while pid > 1 and pid not in wanted:
        stat = read_stat(pid)
        pid = stat.parent if stat is not None else 0
    return pid if pid in wanted else None
