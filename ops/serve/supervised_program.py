"""A program that `serve` keeps running: started again when it dies, replaced by another process while it works."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping

from bus.serve_contract import DRAINED, DRAINED_SIGNAL, REPLACED_SIGNAL, ServeOrders
from bus.system.proc import exit_in_words
from ops.errors import OpsError
from ops.serve.child_process import Child
from ops.serve.orphan_reaper import OrphanReaper
from ops.serve.restart_policy import MAX_QUICK_DEATHS, Restarts

log = logging.getLogger(__name__)


class Drained(Exception):
    """The supervisor was told to drain, and has."""


class SupervisedProgram:
    """One program of ours: the process that does its work now, and earlier ones that still finish something.

    `processes` is shared by all programs: each process that may live.
    """

    def __init__(
        self, module: str, orders: ServeOrders, environment: Mapping[str, str], processes: list[Child]
    ) -> None:
        self._module = module
        self._orders = orders
        self._environment = environment
        self._processes = processes
        self._wanted = asyncio.Event()
        self.child = self._another()

    def __repr__(self) -> str:
        return f"<SupervisedProgram {self.child!r}>"

    async def start(self, orphan_reaper: OrphanReaper) -> None:
        """Start the program for the first time. Raises `OpsError`."""
        await self._start(self.child, orphan_reaper)

    def ask_for_another(self) -> None:
        """Have the program replaced; asked again before that is done, once more."""
        self._wanted.set()

    async def keep(self, orphan_reaper: OrphanReaper) -> None:
        """Start the program again whenever it dies, and replace it when asked. Raises `OpsError` when it does nothing
        but die, `Drained` when it ended because it was to."""
        restarts = Restarts()
        started_at = time.monotonic()
        while True:
            status = await self._death_or_wish()
            if status is None:
                if await self._replace(orphan_reaper):
                    started_at = time.monotonic()
                continue
            if status == DRAINED:
                raise Drained
            words = f"{self._module} (pid {self.child.pid}) ended ({exit_in_words(status)})"
            delay_s = restarts.died(started_at, time.monotonic())
            if delay_s is None:
                raise OpsError(f"{words}; that was the {MAX_QUICK_DEATHS}th quick death in a row, giving up")
            log.warning("%s; starting it again in %g s", words, delay_s, extra={"action": "restart"})
            await asyncio.sleep(delay_s)
            started_at = time.monotonic()
            with contextlib.suppress(OpsError):  # it says on its own standard error why; its death is counted above
                await self._start(self.child, orphan_reaper)

    async def _death_or_wish(self) -> int | None:
        """The return code of the program once it has ended; None when another one is wanted in its place."""
        death = asyncio.ensure_future(self.child.wait())
        wish = asyncio.ensure_future(self._wanted.wait())
        try:
            await asyncio.wait({death, wish}, return_when=asyncio.FIRST_COMPLETED)
            return death.result() if death.done() else None
        finally:
            death.cancel()
            wish.cancel()

    async def _replace(self, orphan_reaper: OrphanReaper) -> bool:
        """Another one takes over; the earlier one hands over when the new one is ready, and otherwise goes on."""
        self._wanted.clear()
        self._forget_gone()
        another = self._another()
        try:
            await self._start(another, orphan_reaper)
        except OpsError as error:
            words = f"{error}; the one that serves (pid {self.child.pid}) goes on"
            log.error("%s", words, extra={"action": "replace_failed"})
            return False
        earlier, self.child = self.child, another
        earlier.signal(REPLACED_SIGNAL)
        log.info(
            "%s (pid %s) takes over from pid %s", self._module, another.pid, earlier.pid, extra={"action": "replaced"}
        )
        return True

    async def _start(self, child: Child, orphan_reaper: OrphanReaper) -> None:
        """Raises `OpsError`."""
        async with orphan_reaper.starting:
            await orphan_reaper.end_orphans()
            await child.spawn()
        await child.until_ready()

    def _another(self) -> Child:
        child = Child(self._module, self._orders, self._environment)
        self._processes.append(child)
        return child

    def _forget_gone(self) -> None:
        """Forget processes that have handed over and ended. Never the current one: a program that is being started
        again has ended too."""
        gone = [child for child in self._own() if child.ended and child is not self.child]
        self._processes[:] = [child for child in self._processes if child not in gone]

    def _own(self) -> list[Child]:
        return [child for child in self._processes if child.module == self._module]

    async def finish(self, grace_s: float) -> None:
        """The last job has ended: let the program deliver what is still read, and leave; wait for it so long."""
        running = [child for child in self._own() if not child.ended]
        for child in running:
            child.signal(DRAINED_SIGNAL)
        if running:
            await asyncio.wait([asyncio.ensure_future(child.wait()) for child in running], timeout=grace_s)
