"""Leaves files of every kind: a socket, a pipe, a temporary file, a folder closed to its owner, shared memory; and what
System V has of it: memory, a semaphore, a queue."""

import ctypes
import os
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

SYSTEM_V_KEY = 0x0DEAD570
_CREATE, _PRIVATE_TO_US = 0o1000, 0o600
_libc = ctypes.CDLL(None, use_errno=True)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    shared = Path(f"/dev/shm/deadstop-{job.job_id}-block")
    temporary = _leave(context.scratch, shared)
    yield Status(f"files {temporary} {shared} {context.scratch}")
    await stay(job)


def _leave(folder: Path, shared: Path) -> str:
    socket.socket(socket.AF_UNIX).bind(os.path.relpath(folder / "listening.sock"))
    os.mkfifo(folder / "pipe")
    handle, temporary = tempfile.mkstemp()
    os.close(handle)
    closed = folder / "closed"
    closed.mkdir()
    (closed / "file").write_text("within")
    closed.chmod(0)
    shared.write_bytes(bytes(4096))
    _leave_system_v()
    return temporary


def _leave_system_v() -> None:
    flags = _CREATE | _PRIVATE_TO_US
    made = [
        _libc.shmget(SYSTEM_V_KEY, 4096, flags),
        _libc.semget(SYSTEM_V_KEY, 1, flags),
        _libc.msgget(SYSTEM_V_KEY, flags),
    ]
    if min(made) < 0:
        raise OSError(ctypes.get_errno(), f"System V gave {made}")


def system_v_seen() -> list[str]:
    """What of it the calling process can find."""
    found = {
        "memory": _libc.shmget(SYSTEM_V_KEY, 0, 0),
        "semaphore": _libc.semget(SYSTEM_V_KEY, 0, 0),
        "queue": _libc.msgget(SYSTEM_V_KEY, 0),
    }
    return [name for name, number in found.items() if number >= 0]
