"""The parts of the supervisor wired together: opens the bus, runs until told to end, leaves nothing behind."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bus.address import Address, make_key
from bus.contract.agents import running_limits
from bus.contract.models import preload_of
from bus.contract.settings import Settings, on_nodes
from bus.contract.vocabulary import Reason, Rung
from bus.own_files.names import own_files_folder
from bus.serve_contract import say_ready
from bus.system.environment import for_workers
from bus.system.orphans import sweep_orphans
from bus.system.proc import POLL_S
from bus.transport.channel import Channel
from bus.transport.sockets import Context, bind_publisher, new_context
from bus.transport.zap import admit
from bus.wire.topics import clients_job, topic_job
from supervisor.api.command_handlers import CommandHandlers
from supervisor.api.command_socket import CommandSocket
from supervisor.control.controller import JobController
from supervisor.control.counters import Counters
from supervisor.control.parts import Parts
from supervisor.jobs.job_table import JobTable
from supervisor.jobs.stream_heads import StreamHeads
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.maintenance.folder_watch import FolderWatch
from supervisor.maintenance.metrics import Metrics
from supervisor.maintenance.retention import Retention
from supervisor.own_files.folders import OwnFolders
from supervisor.periodic import Periodic
from supervisor.places.local_place import LocalPlace
from supervisor.places.usage.process_watch import LOOK_S
from supervisor.places.usage.resource_monitor import SAMPLE_EVERY_S
from supervisor.processes.containment.interface import Contain
from supervisor.processes.spawner import Spawner
from supervisor.scheduling.admission import Admission
from supervisor.scheduling.conditions import Conditions
from supervisor.scheduling.daily_budget import DailyBudget
from supervisor.scheduling.limits import Limits
from supervisor.storage.clock_guard import ClockGuard, read_clocks
from supervisor.storage.group_commit import GroupCommit
from supervisor.storage.journal import Journal
from supervisor.storage.store import Store
from supervisor.workers.worker_pool import WorkerPool
from supervisor.workers.worker_table import WorkerTable

if TYPE_CHECKING:
    from supervisor.nodes.cluster import Cluster

log = logging.getLogger(__name__)

LOOK_AT_LEASES_EVERY_S = 0.02
SWEEP_EVERY_S = 1.0
HEADS_EVERY_S = 1.0
RETENTION_EVERY_S = 1.0
METRICS_EVERY_S = 1.0
FOLDERS_EVERY_S = 1.0
START_EVERY_S = 1.0
LOOK_AT_DRAIN_EVERY_S = 0.2
DRAIN_LINGER_S = 1.5
"""After a drain's last job: long enough for the heads to be published once more, so that every follower has its end."""
CATALOG_WAIT_S = 15.0


class Service:
    """The parts of the supervisor, wired together. `contain` makes what holds the workers; `heads` are the last numbers
    of jobs that were settled before."""

    def __init__(
        self, settings: Settings, store: Store, address: Address, contain: Contain, heads: dict[str, int]
    ) -> None:
        self.end = asyncio.Event()
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._context = new_context()
        key, node_keys = make_key(store.path.parent), set[str]()
        self._authentication = admit(self._context, node_keys.__contains__, key)
        self._publisher = Channel(bind_publisher(self._context, address.events), self._on_subscription)
        journal = Journal(store, self._publisher.send)
        workers, bus = WorkerTable(), (self._context, address)
        self._cluster = _make_cluster(settings, bus, node_keys, workers) if on_nodes(settings) else None
        environment = for_workers([settings.llm.api_key_env, *settings.worker.environment])
        others = partial(_children_of, self._cluster)
        self._spawner = Spawner(preload_of(settings, os.environ), environment, contain, others)
        self._here = LocalPlace(settings, self._spawner, store, bus, workers)
        self._pool = WorkerPool(settings, workers, self._here, self._cluster)
        parts = _make_parts(settings, store, journal, self._pool)
        self._commit, self._jobs, self._clock = parts.commit, parts.jobs, parts.clock
        self._admission, self._conditions = parts.admission, parts.conditions
        self._heads = StreamHeads(parts.jobs, self._publisher.send, heads)
        self._controller = JobController(parts, self._heads)
        self._retention = Retention(parts, self._controller)
        self._metrics = Metrics(parts)
        handlers = CommandHandlers(parts, self._controller, self._retention, self._metrics)
        self._commands = CommandSocket((self._context, address.commands), key, journal, handlers.answer)
        again: dict[str, Callable[[], None]] = {
            address.events: partial(self._publisher.bind_again, address.events),
            address.commands: self._commands.bind_again,
            **self._here.bind_again,
        }
        self._folders = FolderWatch(Path(address.runtime_dir), again)

    @property
    def state_lost(self) -> str:
        """That the log was removed under it, for people; empty where it was not."""
        return self._commit.lost

    async def run(self) -> bool:
        """Serve until `end` is set or a drain is done (then it returns True), then stop what runs, and close."""
        try:
            self._look_at_clock()  # before anything is trimmed
            await self._spawner.warm_up()
            with contextlib.closing(Periodic(self._recurring())):
                await self._read_catalog()
                self._pool.keep_warm(self._settings.agent.default)
                say_ready(pid=os.getpid())
                drained = await self._end_or_drained()
                await self._stop_jobs()
                await self._end_workers()
                return drained
        finally:
            self._close()

    def _look_at_state(self) -> None:
        """Where the log is not in its place any more, end in order: it is written there anew from what is still open,
        and another supervisor goes on with that."""
        self._commit.look()
        if self._commit.lost:
            self.end.set()

    def _look_at_clock(self) -> None:
        self._clock.look(read_clocks())

    def _look_at_cluster(self, cluster: "Cluster") -> None:
        if cluster.look(self._conditions.short_of_room):
            self._controller.start_waiting()

    def _recurring(self) -> list[tuple[float, Callable[[], None]]]:
        return [
            (HEADS_EVERY_S, self._heads.publish),
            (SAMPLE_EVERY_S, self._here.sample),
            (LOOK_S, self._here.look_at_processes),
            (SAMPLE_EVERY_S, lambda: self._spawner.look(self._settings.worker.start_timeout_s)),
            (SAMPLE_EVERY_S, self._pool.check_warm),
            *self._recurring_of(self._cluster),
            (RETENTION_EVERY_S, self._retention.tick),
            (METRICS_EVERY_S, self._metrics.sample),
            (FOLDERS_EVERY_S, self._folders.look),
            (FOLDERS_EVERY_S, self._look_at_state),
            (FOLDERS_EVERY_S, self._look_at_clock),
            (START_EVERY_S, self._controller.start_waiting),
        ]

    def _recurring_of(self, cluster: "Cluster | None") -> list[tuple[float, Callable[[], None]]]:
        """With a cluster: look at the nodes, and sweep the children that a dead provider has left."""
        if cluster is None:
            return []
        return [(LOOK_AT_LEASES_EVERY_S, partial(self._look_at_cluster, cluster)), (SWEEP_EVERY_S, self._sweep_others)]

    def _sweep_others(self) -> None:
        sweep_orphans(self._spawner.own_children)

    async def _read_catalog(self) -> None:
        """Know the data before the first question, unless that takes long: then questions read them for themselves."""
        read = asyncio.Event()
        self._controller.read_catalog(read.set)
        ended = self._loop.create_task(read.wait())
        told_to_end = self._loop.create_task(self.end.wait())
        await asyncio.wait({ended, told_to_end}, timeout=CATALOG_WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        ended.cancel()
        told_to_end.cancel()

    async def _end_or_drained(self) -> bool:
        """Wait until `end` is set (returns False), or until a drain has no job left (True)."""
        idle_since: float | None = None
        while not self.end.is_set():
            now = self._loop.time()
            if not self._admission.draining or self._jobs:
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
            self._spawner.end_loading()
            try:
                async with asyncio.timeout(wait_s):
                    await self._jobs.until_empty()
                    return
            except TimeoutError:
                log.error("%d jobs have not ended after %g s", len(self._jobs), wait_s)

    async def _end_workers(self) -> None:
        grace_s = self._settings.supervisor.shutdown_grace_s
        try:
            async with asyncio.timeout(grace_s):
                await self._pool.dismiss_warm()
        except TimeoutError:
            log.error("%d workers are not reaped after %g s", len(self._pool.workers), grace_s)
        if self._cluster is not None:
            await self._cluster.end()

    def _close(self) -> None:
        self._commit.close()
        self._pool.close()
        if self._cluster is not None:
            self._cluster.close()
        self._publisher.close()
        self._commands.close()
        self._authentication.close()
        self._context.term()
        self._spawner.close()
        self._sweep()
        self._spawner.close_containment()

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

    def _on_subscription(self, frames: list[bytes]) -> None:
        subscribed, topic = frames[0][:1] == b"\x01", frames[0][1:]
        job_id = clients_job(topic)
        if job_id is not None:
            self._controller.clients_changed(job_id, subscribed)
            return
        job_id = topic_job(topic)
        if job_id is not None and subscribed:
            self._heads.confirm(job_id)


def _make_cluster(
    settings: Settings, bus: tuple[Context, Address], node_keys: set[str], workers: WorkerTable
) -> "Cluster":
    """The nodes of this head; what that takes is loaded only here, so only with a cluster."""
    from supervisor.nodes.cluster import Cluster

    return Cluster(settings, bus, node_keys, workers)


def _children_of(cluster: "Cluster | None") -> set[int]:
    """Children of this process that have nothing to do with its own workers: with a cluster, what starts nodes."""
    return cluster.own_children if cluster is not None else set()


def _make_parts(settings: Settings, store: Store, journal: Journal, pool: WorkerPool) -> Parts:
    """What is made of the settings, the log and the pool; commits begin with it."""
    commit = GroupCommit(store, journal)
    admission = Admission(settings.limits, running_limits(settings), store.queries.users())
    daily_budget = DailyBudget(settings, store.queries)
    return Parts(
        settings=settings,
        store=store,
        journal=journal,
        commit=commit,
        jobs=JobTable(),
        counters=Counters(),
        admission=admission,
        conditions=Conditions(admission, commit, daily_budget, pool),
        limits=Limits(settings),
        daily_budget=daily_budget,
        pool=pool,
        clock=ClockGuard(store.path.parent),
        own_folders=OwnFolders(own_files_folder(settings.supervisor.state_dir)),
    )
