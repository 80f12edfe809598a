"""One item of the hostile set, in a fork of this process."""

import os
import select
import signal
from collections.abc import Callable

STOPPED_AFTER_S = 3
TOLD_BYTES = 1 << 20

Item = Callable[[], object]


def done_by(said: str) -> str:
    """An attempt that comes to its end without an error has done what it was for."""
    return said.removeprefix("done: ") if said.startswith("done: ") else ""


def in_a_fork(item: Item) -> tuple[str, bytes]:
    """What refused it, or `done: ` and the harm that it says it has done; and everything that it told."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.close(reads)
        signal.alarm(STOPPED_AFTER_S)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for ours in (0, 1, 2):  # some write there
            os.dup2(nowhere, ours)
        os.write(writes, _tried(item))
        os._exit(0)
    os.close(writes)
    told = _all(reads)
    os.close(reads)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return f"ended by signal {os.WTERMSIG(status)}", told
    return _first(told), told


def in_this_process(item: Item) -> tuple[str, bytes]:
    """The same without a fork."""
    told = _tried(item)
    return _first(told), told


def _tried(item: Item) -> bytes:
    try:
        found = item()
        first = f"done: {found}" if isinstance(found, str) else "ran"
        told = repr(found)
    except BaseException as error:
        first = told = f"{type(error).__name__}: {error}"
    return f"{first[:500]}\0{told}".encode(errors="replace")[:TOLD_BYTES]


def _first(told: bytes) -> str:
    return told.partition(b"\0")[0].decode(errors="replace")


def _all(descriptor: int) -> bytes:
    pieces = []
    while select.select([descriptor], [], [], STOPPED_AFTER_S + 5)[0]:
        piece = os.read(descriptor, 1 << 16)
        if not piece:
            break
        pieces.append(piece)
    return b"".join(pieces)
