"""The server of this machine while it drains."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bus.address import read_address, state_folder
from bus.contract.settings import Settings
from bus.system.proc import read_proc, read_stat
from bus.wire.replies import Stats
from ops.client.over_bus import LocalJobs
from ops.client.served import served_address

ANSWER_WITHIN_S = 2.0
ENDS_WITHIN_S = 30.0
"""How long a drained server may take to end, beyond what `[gateway] finish_grace_s` gives slow readers."""


class LocalServer:
    """Reached through the bus; `serve` is held by a pidfd, because until it has ended it holds the port."""

    def __init__(self, jobs: LocalJobs, state_dir: Path, serve: int | None, ends_within_s: float) -> None:
        self._jobs = jobs
        self._state_dir = state_dir
        self._serve = serve
        self._ends_within_s = ends_within_s

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator["LocalServer"]:
        """Raises `BusError` when no supervisor runs there."""
        jobs = LocalJobs.open(settings.supervisor.state_dir)
        state_dir = state_folder(settings.supervisor.state_dir)
        try:
            with _serve_above(state_dir) as serve:
                yield cls(jobs, state_dir, serve, ENDS_WITHIN_S + settings.gateway.finish_grace_s)
        finally:
            await jobs.close()

    async def drain(self) -> None:
        await self._jobs.drain()

    async def serves(self) -> bool:
        return served_address(self._state_dir) is not None

    async def figures(self) -> Stats:
        return await self._jobs.figures(timeout_s=ANSWER_WITHIN_S)

    async def gone(self) -> None:
        if self._serve is None:
            return
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._serve, gone.set)
        try:
            with contextlib.suppress(TimeoutError):
                # Not wait_for: before Python 3.12 it forgets a cancellation that comes together with the end.
                async with asyncio.timeout(self._ends_within_s):
                    await gone.wait()
        finally:
            loop.remove_reader(self._serve)


@contextlib.contextmanager
def _serve_above(state_dir: Path) -> Iterator[int | None]:
    """A pidfd of the `serve` that started the supervisor."""
    serve = None
    with contextlib.suppress(OSError):
        supervisor = read_stat(read_address(state_dir).pid)
        if supervisor is not None and "serve" in read_proc(f"/proc/{supervisor.parent}/cmdline").split("\0"):
            serve = os.pidfd_open(supervisor.parent)
    try:
        yield serve
    finally:
        if serve is not None:
            os.close(serve)
