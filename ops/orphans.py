"""Ends what a killed supervisor has left behind: its workers die with it, but not what these have daemonised."""

import asyncio
import os
from collections.abc import Sequence

from bus.orphans import become_subreaper, children, sweep_orphans
from ops.children import Child

SWEEP_EVERY_S = 0.005


class Undertaker:
    """Receives the orphans of these programs: from here on they become our children."""

    def __init__(self, programs: Sequence[Child]) -> None:
        become_subreaper()
        self._programs = programs
        self._before = frozenset(children(os.getpid()))
        self.starting = asyncio.Lock()
        """Held while a program is started again: until it runs, nobody knows that it is no orphan."""

    async def end_orphans(self) -> None:
        """Kill them; returns once there is nobody."""
        own = {*self._before, *(program.pid for program in self._programs if program.pid is not None)}
        # To be asked again and again: the death of processes that we did not start wakes nobody.
        while sweep_orphans(own):  # noqa: ASYNC110
            await asyncio.sleep(SWEEP_EVERY_S)
