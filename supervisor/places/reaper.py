"""What follows a worker's exit, up to the proof that nothing of it is left."""

import asyncio
import logging

from bus.transport.channel import Channel
from bus.transport.peers import PeerWatch
from supervisor.places.cleanup import holds_little
from supervisor.places.local_worker import LocalWorker
from supervisor.processes.containment.interface import Enclosure
from supervisor.processes.spawner import WorkerProcess

log = logging.getLogger(__name__)

COLLECT_LIMIT_S = 0.1
"""How long after its exit a worker's events may still be on the way."""

REMOVE_LIMIT_S = 2.0
"""How long a job's end waits for its files to be removed. The removal of more goes on after the job's last event."""

SWEEP_WARN_S = 5.0
SWEEP_STUBBORN_EVERY_S = 0.1


class Reaper:
    """The steps, in this order. `channels` are control and the collector, on which workers are heard. What a worker has
    left is looked for every `look_again_s`."""

    def __init__(self, channels: tuple[Channel, Channel], peers: PeerWatch, look_again_s: float) -> None:
        self._channels = channels
        self._peers = peers
        self._look_again_s = look_again_s

    async def collect_events(self, process: WorkerProcess) -> None:
        """Take in what the worker has sent and is still on the way."""
        try:
            async with asyncio.timeout(COLLECT_LIMIT_S):
                await self._peers.closed(process.pid)
                for channel in self._channels:
                    await channel.drained()
        except TimeoutError:
            log.warning(
                "worker %d's events were still on the way %g s after its exit",
                process.pid,
                COLLECT_LIMIT_S,
                extra={"action": "collect_events"},
            )

    async def sweep(self, worker: LocalWorker, enclosure: Enclosure) -> None:
        """Kill what the worker has left behind, until nothing is left."""
        started = asyncio.get_running_loop().time()
        warned = False
        while left := _left_in(enclosure):
            await asyncio.sleep(SWEEP_STUBBORN_EVERY_S if warned else self._look_again_s)
            if not warned and asyncio.get_running_loop().time() > started + SWEEP_WARN_S:
                warned = True
                log.error(
                    "%s processes left by %r have not ended %g s after SIGKILL; waiting for the kernel",
                    "some" if left < 0 else left,
                    worker,
                    SWEEP_WARN_S,
                    extra={"action": "sweep"},
                )

    async def collect_and_remove(self, worker: LocalWorker) -> dict[str, str]:
        """The worker's last words; its files are removed. Files that stay do not keep its job from ending."""
        last_words = worker.last_words()
        try:
            await _remove_files(worker)
        except Exception:  # no thread to be had, for example
            log.exception("the files of %r were not removed", worker, extra={"action": "remove_files"})
        return last_words


def _left_in(enclosure: Enclosure) -> int:
    """How many were left; -1 where it cannot be found out, so that it is never taken for none."""
    try:
        return enclosure.left()
    except OSError as error:
        log.debug("cannot look for what is left: %s; trying again", error, extra={"action": "sweep"})
        return -1


async def _remove_files(worker: LocalWorker) -> None:
    """At once where there are few, else in a thread: there can be a million of them, and the loop must go on."""
    if holds_little(worker.scratch):
        worker.remove_files()
        return
    removing = asyncio.get_running_loop().run_in_executor(None, worker.remove_files)
    _, unfinished = await asyncio.wait([removing], timeout=REMOVE_LIMIT_S)
    if unfinished:
        log.warning("%r left so many files that removing them goes on", worker, extra={"action": "remove_files"})
