"""Ends what a killed supervisor has left behind: its workers die with it, but not what these have daemonised."""

import asyncio
import logging
import os
import time
from collections.abc import Sequence

from bus.system.orphans import children, sweep_orphans
from bus.system.prctl import become_subreaper
from bus.system.proc import POLL_S
from ops.serve.child_process import Child

log = logging.getLogger(__name__)

DEAD_WITHIN_S = 5.0
"""One that waits for a disk, or runs as another user, must not keep the programs from being started again."""


class OrphanReaper:
    """Receives the orphans of these programs: from here on they become our children."""

    def __init__(self, programs: Sequence[Child]) -> None:
        become_subreaper()
        self._programs = programs
        self._before = frozenset(children(os.getpid()))
        self.starting = asyncio.Lock()
        """Held while a program is started again: until it runs, nobody knows that it is no orphan."""

    async def end_orphans(self) -> None:
        """Kill them; returns once there are none, or after `DEAD_WITHIN_S`."""
        own = {*self._before, *(program.pid for program in self._programs if program.pid is not None)}
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
