"""Ends what a killed supervisor has left behind: its workers die with it, but not what these have daemonised. And reaps
whatever else becomes our child and dies: in a container every orphan does."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bus.system.orphans import children, sweep_orphans
from bus.system.prctl import become_subreaper
from bus.system.proc import POLL_S
from ops.serve.child_process import Child

log = logging.getLogger(__name__)

DEAD_WITHIN_S = 5.0
"""How long is waited for orphans to die: one that waits for a disk, or runs as another user, must not keep the programs
from being started again."""


class OrphanReaper:
    """Receives the orphans of these programs: from here on they become our children."""

    def __init__(self, programs: Sequence[Child]) -> None:
        become_subreaper()
        self._programs = programs
        self._before = frozenset(children(os.getpid()))
        self._tasks: set[asyncio.Task[None]] = set()
        self.starting = asyncio.Lock()
        """Held while a program is started again: until it runs, nobody knows that it is no orphan."""

    @contextmanager
    def reaping(self) -> Iterator[None]:
        """While it lasts, reap adopted processes as soon as they die; living ones are left alone. Needs a running
        loop."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._child_died)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGCHLD)

    def _child_died(self) -> None:
        task = asyncio.get_running_loop().create_task(self._reap_dead())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reap_dead(self) -> None:
        async with self.starting:
            _reap(set(children(os.getpid())) - self._own())

    def _own(self) -> set[int]:
        return {*self._before, *(program.pid for program in self._programs if program.pid is not None)}

    async def end_orphans(self) -> None:
        """Kill all orphans; returns once there are none, or after `DEAD_WITHIN_S`."""
        own = self._own()
        deadline = time.monotonic() + DEAD_WITHIN_S
        # To be asked again and again: the death of processes that we did not start wakes nobody.
        while sweep_orphans(own):
            if time.monotonic() > deadline:
                log.error(
                    "processes %s of a dead program have not ended %g s after SIGKILL; going on without proof of their "
                    "death: look what they wait for (`cat /proc/PID/stack`)",
                    [pid for pid in children(os.getpid()) if pid not in own],
                    DEAD_WITHIN_S,
                    extra={"action": "sweep"},
                )
                return
            await asyncio.sleep(POLL_S)


def _reap(pids: set[int]) -> None:
    """Reap the processes that have died; the others are left alone."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
