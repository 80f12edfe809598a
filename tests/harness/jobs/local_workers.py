"""Workers as the supervisor holds them, over processes that a test starts itself."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bus.contract.settings import Settings
from bus.transport.channel import Channel
from bus.transport.sockets import bind_router, new_context
from bus.wire.worker import MAX_CONTROL_BYTES
from supervisor.places.data_folders import DataFolders
from supervisor.places.local_worker import WorkerContext
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import WorkerProcess


@asynccontextmanager
async def worker_context(folder: Path) -> AsyncIterator[WorkerContext]:
    """What workers have in common, with a control channel of its own."""
    context = new_context()
    endpoint = f"ipc://@deadstop-test-{os.getpid()}-{id(context)}"
    control = Channel(bind_router(context, endpoint, MAX_CONTROL_BYTES), lambda _: None)
    yield WorkerContext(Settings(), control, (endpoint, endpoint), folder, DataFolders(), "")
    control.close()
    context.term()


@contextmanager
def child(enclosure: Enclosure | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A child that waits for ever, as the worker in this enclosure if one is named; it does not outlive the test."""
    process = subprocess.Popen([sys.executable, "-S", "-c", "import signal; signal.pause()"], start_new_session=True)
    held = None
    if enclosure is not None:
        held = WorkerProcess(process.pid, os.pidfd_open(process.pid), enclosure, lambda _: None)
    try:
        yield process
    finally:
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        if held is not None:
            held.reaped("killed by SIGKILL")
