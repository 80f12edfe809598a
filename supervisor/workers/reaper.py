"""What follows a worker's exit, up to the proof that nothing of it is left."""

import asyncio
import logging
from collections.abc import Callable

from bus.system.proc import POLL_S
from bus.transport.peers import PeerWatch
from bus.transport.sockets import Channel
from supervisor.processes.spawner import WorkerProcess
from supervisor.workers.cleanup import holds_little
from supervisor.workers.orphan_attribution import Orphans
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

DRAIN_LIMIT_S = 0.1
"""How long after its exit a worker's events may still be on the way."""

CLEAR_LIMIT_S = 2.0
"""How long a job's end waits for its files to be removed; after that they are removed behind its back."""

SWEEP_WARN_S = 5.0
SWEEP_STUBBORN_EVERY_S = 0.1


class Reaper:
    """The steps, in this order. `living()` are all workers that may live."""

    def __init__(
        self, collector: Channel, peers: PeerWatch, orphans: Orphans, living: Callable[[], list[Worker]]
    ) -> None:
        self._collector = collector
        self._peers = peers
        self._orphans = orphans
        self._living = living

    async def drain(self, process: WorkerProcess) -> None:
        """Take what the worker has sent and is still on the way."""
        try:
            async with asyncio.timeout(DRAIN_LIMIT_S):
                await self._peers.closed(process.pid)
                await self._collector.drained()
        except TimeoutError:
            log.warning(
                "worker %d's events were still on the way %g s after its exit",
                process.pid,
                DRAIN_LIMIT_S,
                extra={"action": "drain"},
            )

    async def sweep(self, worker: Worker) -> None:
        """Kill what the worker has left behind, until nothing is left."""
        started = asyncio.get_running_loop().time()
        warned = False
        while left := self._sweep_once(worker):
            await asyncio.sleep(SWEEP_STUBBORN_EVERY_S if warned else POLL_S)
            if not warned and asyncio.get_running_loop().time() > started + SWEEP_WARN_S:
                warned = True
                log.error(
                    "%s processes left by %r have not ended %g s after SIGKILL; waiting for the kernel",
                    "some" if left < 0 else left,
                    worker,
                    SWEEP_WARN_S,
                    extra={"action": "sweep"},
                )

    async def clear(self, worker: Worker) -> None:
        """Remove the worker's files. Those that stay are no reason for its job not to end."""
        try:
            await _remove_files(worker)
        except Exception:  # no thread to be had, for example
            log.exception("the files of %r were not removed", worker, extra={"action": "clear"})

    def _sweep_once(self, worker: Worker) -> int:
        """How many were left; -1 where nobody can look, so that it is never taken for none."""
        try:
            return self._orphans.left_by(worker, self._living())
        except OSError as error:
            log.debug("cannot look for orphans: %s; trying again", error, extra={"action": "sweep"})
            return -1


async def _remove_files(worker: Worker) -> None:
    """At once where there are few, else in a thread: there can be a million of them, and others wait for us."""
    if holds_little(worker.scratch):
        worker.take_leave()
        return
    clearing = asyncio.get_running_loop().run_in_executor(None, worker.take_leave)
    _, unfinished = await asyncio.wait([clearing], timeout=CLEAR_LIMIT_S)
    if unfinished:
        log.warning("%r left so many files that removing them goes on", worker, extra={"action": "clear"})
