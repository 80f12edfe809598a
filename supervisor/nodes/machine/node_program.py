"""The program on a node, inside its namespace: this machine as a place for workers, on a line to the head."""

import asyncio
import logging
import os
from pathlib import Path
from platform import python_version
from typing import NoReturn

from bus.address import make_address, make_runtime_folder
from bus.contract.models import preload_of
from bus.contract.vocabulary import Proof, Reason
from bus.serve_contract import set_up_logging
from bus.system import private_files
from bus.system.environment import for_workers
from bus.system.prctl import be_unreadable, become_subreaper
from bus.transport.channel import Channel
from bus.transport.codec import BUS_VERSION, encode
from bus.transport.sockets import connect_line, new_context
from supervisor.lifecycle.kill_ladder import KILL_AGAIN_S, Step
from supervisor.nodes.data_watch import DataWatch
from supervisor.nodes.lease import ASKS_PER_LEASE, NodeLease
from supervisor.nodes.line import (
    ASK,
    CONTROL,
    EVENTS,
    HELLO,
    REPORT,
    SAMPLE,
    Ask,
    Do,
    Exited,
    Fenced,
    Granted,
    Hello,
    Leave,
    LineMessage,
    Outdated,
    Overcrowded,
    Reaped,
    Sampled,
    Seen,
    Serves,
    Spawn,
    Spawned,
    Tell,
    ToNode,
    Welcome,
    decode_to_node,
)
from supervisor.nodes.machine.death_timer import boot_clock
from supervisor.nodes.machine.orders import LEASE_END, NodeOrders
from supervisor.nodes.machine.reports import Reports
from supervisor.periodic import Periodic
from supervisor.places.local_place import LocalPlace
from supervisor.places.place import Gone, Sample
from supervisor.places.usage.process_watch import LOOK_S
from supervisor.places.usage.resource_monitor import SAMPLE_EVERY_S
from supervisor.processes.containment.interface import Contain
from supervisor.processes.fork_server_client import SpawnError
from supervisor.processes.spawner import Spawner

log = logging.getLogger(__name__)

GPUS = "CUDA_VISIBLE_DEVICES"
"""Which of a machine's GPUs are the node's, as whoever has started it says."""

ASK_EVERY_S = 1.0
"""Or a part of the lease, if that is less: after a cut the line goes on with the first question that gets through."""


def main(orders: NodeOrders, contain: Contain, said: int) -> NoReturn:
    """Serve until the head lets it go. `contain` makes what holds the workers; `said` is where the keeper hears of the
    lease's end."""
    private_files.make_files_private()
    set_up_logging(orders.settings.supervisor.log_format, f"node {orders.name}")
    become_subreaper()
    be_unreadable()  # our key is no worker's
    asyncio.run(_serve(orders, contain, said))
    os._exit(0)  # init ends with us, and with it all that is left


async def _serve(orders: NodeOrders, contain: Contain, said: int) -> None:
    program = NodeProgram(orders, contain, said)
    await program.run()


class NoLedger:
    """Records no processes: a node's end with its namespace, so no later one has to look for them."""

    def worker_started(self, pid: int, started: int, scratch: str) -> None:
        """Nothing is recorded: a node's processes end with its namespace."""

    def worker_gone(self, pid: int, started: int) -> None:
        """Nothing is recorded: a node's processes end with its namespace."""


class NodeProgram:
    """Does what the head says, and tells it what becomes of it."""

    def __init__(self, orders: NodeOrders, contain: Contain, said: int) -> None:
        self._orders = orders
        self._said = said
        self._loop = asyncio.get_running_loop()
        self._id = orders.node_id.encode()
        self._lease = NodeLease(orders.lease_s, boot_clock())
        self._over = asyncio.Event()
        self._loaded = False
        self._data = DataWatch(orders.settings.data.folder, self._say_hello)
        self._spawned: set[str] = set()
        self._killing: set[str] = set()
        self._outdated: set[str] = set()
        context = new_context()
        keys = (orders.public_key, orders.secret_key)
        self._line = Channel(connect_line(context, orders.head, orders.head_key, keys), self._on_head)
        self._reports = Reports(lambda message: self._line.send([self._id, REPORT, message]))
        settings, folder = orders.settings, Path(orders.folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        address = make_address(folder, orders.folder)
        make_runtime_folder(Path(address.runtime_dir))
        environment = for_workers([settings.llm.api_key_env, *settings.worker.environment, GPUS])
        self._spawner = Spawner(preload_of(settings, os.environ), environment, contain)
        self._place = LocalPlace(settings, self._spawner, NoLedger(), (context, address), self)

    async def run(self) -> None:
        """Serve until the head says that the node is to end."""
        recurring = [
            (min(ASK_EVERY_S, self._orders.lease_s / ASKS_PER_LEASE), self._ask),
            (SAMPLE_EVERY_S, self._place.sample),
            (LOOK_S, self._place.look_at_processes),
            (SAMPLE_EVERY_S, self._refresh_folders),
        ]
        periodic = Periodic(recurring)
        joining = self._loop.create_task(self._join())
        await self._over.wait()
        joining.cancel()
        periodic.close()
        self._data.close()
        self._spawner.close_containment()

    async def _join(self) -> None:
        """What is given to this node after its first word is to begin at once."""
        try:
            await self._spawner.until_loaded()
        except (OSError, SpawnError):
            log.exception("workers cannot be started here", extra={"action": "node"})
            self._over.set()
            return
        self._loaded = True
        self._say_hello()

    def _say_hello(self) -> None:
        """Tell the head what this node is, once its fork server has loaded and its data are looked at."""
        if self._loaded and self._data.seen is not None:
            proof = Proof.CGROUP if self._place.proof is Proof.CGROUP else Proof.NODE_REAPED
            self._send(HELLO, Hello(BUS_VERSION, python_version(), self._orders.slots, self._data.seen, proof))

    # ---- what the head says

    def _on_head(self, frames: list[bytes]) -> None:
        self._do(decode_to_node(frames[-1]))

    def _do(self, said: ToNode) -> None:
        match said:
            case Granted(asked_at):
                if self._lease.granted(asked_at):
                    os.write(self._said, LEASE_END.pack(self._lease.ends_at))
            case Welcome(resend):
                self._say_hello()  # the first may be lost
                self._reports.again()
                if resend:
                    self._place.hear_again()
            case Seen(through):
                # Only who is not known to be reaped is spawned again, and an earlier order would have come before this.
                self._spawned -= {one.worker_id for one in self._reports.seen(through) if isinstance(one, Reaped)}
            case Fenced() | Leave():
                self._over.set()
            case Spawn(worker_id, agent, token) if worker_id not in self._spawned:
                self._spawned.add(worker_id)
                self._place.spawn(worker_id, agent, token)
            case Serves(worker_id, job_id):
                self._place.assigned(worker_id, job_id)
            case Tell(worker_id, message):
                self._place.tell(worker_id, message)
            case Do(worker_id, step):
                self._step(worker_id, step)

    def _step(self, worker_id: str, step: Step) -> None:
        if step in (Step.KILL, Step.KILL_AGAIN):
            if worker_id not in self._killing:
                self._killing.add(worker_id)
                self._kill(worker_id)
            return
        self._place.do(worker_id, step)

    def _kill(self, worker_id: str) -> None:
        """A standing order, which ends with the worker."""
        if worker_id in self._killing:
            self._loop.call_later(KILL_AGAIN_S, self._kill, worker_id)
            self._place.do(worker_id, Step.KILL)

    # ---- what this machine says

    def spawned(self, worker_id: str, pid: int) -> None:
        self._reports.add(Spawned(worker_id, pid))

    def control(self, frame: bytes) -> None:
        self._line.send([self._id, CONTROL, frame])

    def said(self, frames: list[bytes]) -> None:
        if len(frames) == 1:
            self._line.send([self._id, EVENTS, frames[0]])

    def sampled(self, worker_id: str, sample: Sample) -> None:
        self._send(SAMPLE, Sampled(worker_id, sample.memory_bytes, sample.cpu_s, sample.scratch_bytes))

    def overcrowded(self, worker_id: str, reason: Reason, words: str) -> None:
        self._reports.add(Overcrowded(worker_id, words, reason))

    def exited(self, worker_id: str) -> None:
        self._reports.add(Exited(worker_id))

    def gone(self, worker_id: str, gone: Gone) -> None:
        self._killing.discard(worker_id)
        self._outdated.discard(worker_id)
        proven = gone.proof is not None
        self._reports.add(Reaped(worker_id, gone.exit_words, proven, gone.last_words, gone.limit_hit, gone.counted))

    # ---- inside

    def _ask(self) -> None:
        self._send(ASK, Ask(boot_clock()))

    def _refresh_folders(self) -> None:
        self._spawner.look(self._orders.settings.worker.start_timeout_s)
        self._place.refresh_folders()
        for worker_id in self._place.outdated_ones() - self._outdated:
            self._outdated.add(worker_id)
            self._reports.add(Outdated(worker_id))

    def _send(self, kind: bytes, said: LineMessage) -> None:
        self._line.send([self._id, kind, encode(said)])
