"""Leaves files of every kind: a socket, a pipe, a temporary file, a folder closed to its owner, shared memory."""

import os
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay


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
    return temporary
