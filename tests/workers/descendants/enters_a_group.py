"""Tries to move itself into the control group that the question names, to make a group there, and to mount one."""

import ctypes
import errno
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    group = Path(job.question)
    tries: dict[str, Callable[[], object]] = {
        "enter": lambda: (group / "cgroup.procs").write_text("0"),
        "make": (group / "mine").mkdir,
        "mount": _mount,
    }
    for name, attempt in tries.items():
        try:
            attempt()
        except OSError as error:
            yield Status(f"{name} {errno.errorcode[error.errno or 0]}")
        else:
            yield Status(f"{name} done")
    await stay(job)


def _mount() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"none", str(Path.cwd()).encode(), b"cgroup2", 0, None) != 0:
        raise OSError(ctypes.get_errno(), "mount")
