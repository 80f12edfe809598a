"""The parts of the supervisor wired together: opens log and bus, runs until told to end, leaves nothing behind."""

import asyncio
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from bus.address import Address
from bus.contract.settings import Settings, running_limits
from bus.contract.vocabulary import Reason, Rung
from bus.program import say_ready
from bus.system.environment import for_workers
from bus.system.orphans import sweep_orphans
from bus.system.proc import POLL_S
from bus.transport.peers import PeerWatch
from bus.transport.sockets import Channel, Frames, bind_collector, bind_publisher, bind_router, new_context
from bus.wire.commands import MAX_COMMAND_BYTES
from bus.wire.topics import presence_job, topic_job
from bus.wire.worker import MAX_CONTROL_BYTES, MAX_MESSAGE_BYTES
from supervisor.api.command_handlers import CommandHandlers
from supervisor.control.controller import JobController
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.maintenance.metrics import Gauges
from supervisor.maintenance.retention import History
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.pool import WorkerPool
from supervisor.workers.resource_monitor import INTERVAL_S, Watch
from supervisor.workers.worker import Worker

log = logging.getLogger(__name__)

HEADS_EVERY_S = 1.0
HISTORY_EVERY_S = 1.0
GAUGES_EVERY_S = 1.0
LOOK_AT_DRAIN_EVERY_S = 0.2
DRAIN_LINGER_S = 1.5
"""After a drain's last job: long enough for the heads to be published once more, so that every follower has its end."""
CATALOG_WAIT_S = 15.0


class Service:
    """The parts of the supervisor, wired together."""

    def __init__(self, settings: Settings, store: Store, address: Address, key: bytes, heads: dict[str, int]) -> None:
        self.end = asyncio.Event()
        self._settings = settings
        self._store = store
        self._loop = asyncio.get_running_loop()
        self._spawner = Spawner(
            settings.worker.preload, for_workers([settings.llm.api_key_env, *settings.worker.environment])
        )
        self._journal = Journal(store, self._publish)
        self._commit = GroupCommit(store, self._journal)
        self._admission = Admission(settings.limits, running_limits(settings), lambda: self._commit.trouble)
        scratch = Path(settings.worker.scratch_dir or f"{address.runtime_dir}/scratch").expanduser()
        self._pool = WorkerPool(settings, self._spawner, store, scratch)
        self._controller = JobController(settings, store, self._journal, self._pool, self._admission)
        self._heads = StreamHeads(self._controller.entries, self._publish, heads)
        self._controller.on_forgotten = self._heads.ended
        self._pool.listen(self._controller)
        self._watch = Watch(self._exceeded)
        self._history = History(settings, store, self._journal, self._controller, self._admission)
        self._gauges = Gauges(settings.limits, store.path, self._journal, self._pool, self._controller, self._admission)
        self._desk = CommandHandlers(
            settings, key, store, self._journal, self._controller, self._admission, self._history, self._gauges.read
        )
        self._open(address)

    def _open(self, address: Address) -> None:
        self._context = new_context()
        collector = bind_collector(self._context, address.collector, MAX_MESSAGE_BYTES)
        self._peers = PeerWatch(collector)
        self._collector = Channel(collector, self._pool.on_event)
        self._control = Channel(bind_router(self._context, address.control, MAX_CONTROL_BYTES), self._pool.on_control)
        self._publisher = Channel(bind_publisher(self._context, address.events), self._on_subscription)
        commands = bind_router(self._context, address.commands, MAX_COMMAND_BYTES)
        self._desk.line = Channel(commands, self._desk.on_command)
        self._pool.open(self._control, self._collector, self._peers, (address.control, address.collector))

    async def run(self) -> bool:
        """Serve until `end` is set or a drain is done (then it returns True), then stop what runs, and close."""
        timers: list[asyncio.Task[None]] = []
        try:
            await self._spawner.warm_up()
            timers = [
                self._loop.create_task(self._every(HEADS_EVERY_S, self._heads.publish)),
                self._loop.create_task(self._every(INTERVAL_S, self._sample)),
                self._loop.create_task(self._every(INTERVAL_S, self._look_at_fork_server)),
                self._loop.create_task(self._every(INTERVAL_S, self._pool.check_spares)),
                self._loop.create_task(self._every(HISTORY_EVERY_S, self._history.tick)),
                self._loop.create_task(self._every(GAUGES_EVERY_S, self._gauges.sample)),
            ]
            await self._read_catalog()
            self._pool.keep_warm(self._settings.agent.default)
            say_ready(pid=os.getpid())
            drained = await self._end_or_drained()
            await self._stop_jobs()
            await self._end_workers()
            return drained
        finally:
            for timer in timers:
                timer.cancel()
            self._close()

    async def _read_catalog(self) -> None:
        """Know the data before the first question, unless that takes long: then questions read them for themselves."""
        self._controller.catalog.read()
        ended = self._loop.create_task(self._controller.idle.wait())
        told_to_end = self._loop.create_task(self.end.wait())
        await asyncio.wait({ended, told_to_end}, timeout=CATALOG_WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        told_to_end.cancel()

    async def _end_or_drained(self) -> bool:
        """Wait for either; True for a drain that is done."""
        idle_since: float | None = None
        while not self.end.is_set():
            now = self._loop.time()
            if not self._admission.draining or self._controller.entries:
                idle_since = None
            elif idle_since is None:
                idle_since = now
            elif now >= idle_since + DRAIN_LINGER_S:
                return True
            try:
                async with asyncio.timeout(LOOK_AT_DRAIN_EVERY_S):
                    await self.end.wait()
            except TimeoutError:
                continue
        return False

    async def _stop_jobs(self) -> None:
        """Walk every job down the ladder; what is not gone within the grace is killed at once."""
        self._admission.drain()
        grace_s = self._settings.supervisor.shutdown_grace_s
        for rung, wait_s in ((Rung.CANCEL, grace_s), (Rung.KILL, grace_s)):
            self._controller.stop_all(StopRequest("shutdown", Reason.SHUTDOWN, rung))
            try:
                async with asyncio.timeout(wait_s):
                    await self._controller.idle.wait()
                    return
            except TimeoutError:
                log.error("%d jobs have not ended after %g s", len(self._controller.entries), wait_s)

    async def _end_workers(self) -> None:
        grace_s = self._settings.supervisor.shutdown_grace_s
        try:
            async with asyncio.timeout(grace_s):
                await self._pool.dismiss_spares()
        except TimeoutError:
            log.error("%d workers are not buried after %g s", len(self._pool.workers), grace_s)

    def _close(self) -> None:
        self._commit.close()
        self._peers.close()
        for channel in (self._collector, self._control, self._publisher, self._desk.line):
            channel.close()
        self._context.term()
        self._spawner.close()
        self._sweep()

    def _sweep(self) -> None:
        """Leave no process behind, nor wait for ever for one that does not die."""
        grace_s = self._settings.supervisor.shutdown_grace_s
        deadline = time.monotonic() + grace_s
        while left := sweep_orphans(set()):
            if time.monotonic() > deadline:
                text = "%d processes of dead workers have not ended %g s after SIGKILL; ending without them"
                log.error(text, left, grace_s, extra={"action": "sweep"})
                return
            time.sleep(POLL_S)

    # ---- publishing

    def _publish(self, frames: Frames) -> None:
        self._publisher.send(frames)

    def _on_subscription(self, frames: list[bytes]) -> None:
        subscribed, topic = frames[0][:1] == b"\x01", frames[0][1:]
        job_id = presence_job(topic)
        if job_id is not None:
            self._controller.presence(job_id, subscribed)
            return
        job_id = topic_job(topic)
        if job_id is not None and subscribed:
            self._heads.tell(job_id)

    # ---- watching

    def _sample(self) -> None:
        self._watch.sample(self._pool.workers)

    def _look_at_fork_server(self) -> None:
        self._spawner.look(self._settings.worker.start_timeout_s)

    def _exceeded(self, worker: Worker, reason: Reason, words: str) -> None:
        entry = self._controller.entries.get(worker.job_id or "")
        if entry is not None:
            self._controller.limits.exceeded(entry, reason, words)

    async def _every(self, seconds: float, call: Callable[[], None]) -> None:
        while True:
            try:
                call()
            except Exception:  # a failure of one look must not end all looking
                log.exception("%s failed", call.__qualname__, extra={"action": "watch"})
            await asyncio.sleep(seconds)
