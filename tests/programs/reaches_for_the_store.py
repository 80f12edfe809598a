"""An agent in the sandbox that tells what it finds of the store: credentials, a way there, other objects than the
data's. It knows the broker's socket."""

import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from agent_worker.context import AgentContext
from agent_worker.remote.client import RemoteFiles
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    files = RemoteFiles(context.data.broker)
    listed = [one.path for one in files.list().objects]
    other = context.options["other"]
    files.expect({other: "", listed[0]: ""})
    found = {
        "environment": dict(os.environ),
        "settings": repr(context.settings),
        "place": repr(context.data),
        "listed": listed,
        "first": _tried(lambda: files.open(listed[0]).read(4)),
        "other": _tried(lambda: files.open(other).read()),
        "store": _tried(lambda: socket.create_connection(("127.0.0.1", context.options["port"]), 5).close()),
        "broker's environment": _tried(Path(f"/proc/{job.question}/environ").read_bytes),
        "server's environment": _tried(Path(f"/proc/{os.getppid()}/environ").read_bytes),
    }
    yield ResponseChunk("response", json.dumps(found))


def _tried(attempt: Callable[[], object]) -> str:
    try:
        return repr(attempt())
    except OSError as error:
        return f"{type(error).__name__}: {error}"
