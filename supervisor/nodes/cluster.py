"""All nodes of this head: their connections, their leases, the provider that starts them."""

import logging
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from bus.address import Address
from bus.contract.settings import AuthSettings, Settings
from bus.contract.vocabulary import Proof
from bus.transport.channel import Channel, Unroutable
from bus.transport.codec import CodecError, encode
from bus.transport.sockets import Context, bind_line, endpoint_of, new_keys
from bus.wire.replies import NodeSummary
from bus.wire.worker import MAX_MESSAGE_BYTES
from supervisor.nodes.autoscaler import Autoscaler
from supervisor.nodes.data_watch import DataWatch
from supervisor.nodes.inventory import Inventory
from supervisor.nodes.line import (
    ASK,
    CONTROL,
    EVENTS,
    HELLO,
    REPORT,
    SAMPLE,
    Fenced,
    Granted,
    Hello,
    Leave,
    LineMessage,
    Welcome,
    decode_ask,
    decode_hello,
    decode_numbered,
    decode_sampled,
)
from supervisor.nodes.machine.death_timer import boot_clock
from supervisor.nodes.machine.orders import NodeOrders
from supervisor.nodes.node import ClusterNode, NodeState, new_node
from supervisor.nodes.providers.messages import AboutMachines, FromProvider, NodeDown, NodeFailed, NodeReaped, Started
from supervisor.nodes.providers.provider import Provider, provider_arguments
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity
from supervisor.places.place import PlaceListener, Sample

log = logging.getLogger(__name__)

_ROOM_FOR_HEAD = 4096
"""What a frame of the line may take beyond what a worker may send."""


class Cluster:
    """Each node has a key of its own, made here and held among the `known_keys`, by which its connection is let in.
    Workers there are heard by the listener."""

    def __init__(
        self,
        settings: Settings,
        bus: tuple[Context, Address],
        known_keys: set[str],
        listener: PlaceListener,
    ) -> None:
        context, self._address = bus
        self._settings = settings
        self._cluster = settings.cluster
        self._known_keys = known_keys
        self._changed = False
        self._listener = listener
        self._nodes: dict[str, ClusterNode] = {}
        self._inventory = Inventory(self._cluster)
        self._autoscaler = Autoscaler(settings) if self._cluster.autoscale else None
        self._data = DataWatch(settings.data.folder, self._data_changed)
        self._head_key, secret = new_keys()
        socket = bind_line(context, self._cluster.listen, secret, MAX_MESSAGE_BYTES + _ROOM_FOR_HEAD)
        self._endpoint = self._cluster.advertise or endpoint_of(socket)
        self._line = Channel(socket, self._on_message)
        self._provider = Provider(provider_arguments(self._cluster), self._on_provider, self._provider_ended)

    def __repr__(self) -> str:
        return f"<Cluster {list(self._nodes.values())}>"

    async def end(self) -> None:
        """End every node, and wait for the provider's end."""
        self._data.close()
        await self._provider.close()

    def close(self) -> None:
        """No node is heard any more."""
        self._line.close()

    @property
    def own_children(self) -> set[int]:
        """Children of this process that are no workers."""
        return {self._provider.pid} if self._provider.pid is not None else set()

    @property
    def places(self) -> list[RemotePlace]:
        return [node.place for node in self._nodes.values()]

    @property
    def ready(self) -> list[RemotePlace]:
        """The places that take jobs now."""
        now = boot_clock()
        return [node.place for node in self._nodes.values() if node.state(now) is NodeState.READY]

    @property
    def draining(self) -> list[RemotePlace]:
        """The places that end once nothing is left there."""
        return [node.place for node in self._nodes.values() if node.draining]

    def drain(self, name: str, *, undo: bool) -> bool:
        """Let the machine of this name take no job any more, or with `undo` again. False where there is none."""
        named = [node for node in self._nodes.values() if node.place.name == name]
        if not self._inventory.drain(name, [node.place.name for node in named], undo=undo):
            return False
        for node in named:
            node.draining, node.let_go = not undo, False
        self._start_offered()
        self._changed = True
        return True

    def summaries(self) -> list[NodeSummary]:
        """As lists show them, by name; the provider before them while it can start none."""
        return self._inventory.summaries(self._nodes.values(), boot_clock())

    def look(self, short_of_room: Callable[[], list[str]]) -> bool:
        """To be called often: nodes whose lease has run out are dead; as many are started as are wanted.
        `short_of_room()` are the agents of the jobs that wait for room on a node. Returns whether a node has become
        ready, or was lost or drained, since the last call: jobs that wait may start now."""
        now = boot_clock()
        for node in list(self._nodes.values()):
            last = node.lease.last_answered_at
            if node.lease.claim(now) and last is not None:
                self._lose(node, Proof.LEASE, f"its node {node.place.name} was silent for {now - last:.1f} s")
        if self._autoscaler is not None:
            self._inventory.wanted = self._autoscaler.look(list(self._nodes.values()), short_of_room(), now)
            self._provider.want(self._inventory.wanted)
            self._start_offered()
        changed, self._changed = self._changed, False
        return changed

    # ---- what nodes say

    def _on_message(self, frames: list[bytes]) -> None:
        connection, node_id, kind, payload = frames if len(frames) == 4 else (b"", b"", b"", b"")
        node = self._nodes.get(node_id.decode(errors="replace"))
        if node is None:
            self._say(connection, Fenced())
            return
        try:
            self._hear(node, connection, kind, payload)
        except CodecError as error:
            log.warning("%r said what cannot be read: %s", node, error, extra={"action": "node"})

    def _hear(self, node: ClusterNode, connection: bytes, kind: bytes, payload: bytes) -> None:
        if kind == EVENTS:
            self._listener.said([payload])
        elif kind == CONTROL:
            self._listener.control(payload)
        elif kind == SAMPLE:
            told = decode_sampled(payload)
            sample = Sample(told.memory_bytes, told.cpu_s, told.scratch_bytes)
            self._listener.sampled(told.worker_id, sample)
        elif kind == REPORT:
            node.place.reported(decode_numbered(payload))
        elif kind == ASK:
            self._asked(node, connection, decode_ask(payload).asked_at)
        elif kind == HELLO:
            self._hello(node, decode_hello(payload))

    def _asked(self, node: ClusterNode, connection: bytes, asked_at: float) -> None:
        if asked_at < node.asked_at:
            return  # of an earlier connection
        node.asked_at = asked_at
        if connection != node.connection:
            again, node.connection = node.connection is not None, connection
            self._say(connection, Welcome(again))
            if again:
                node.place.connected_again()
        if node.draining and not node.place.workers:
            node.lease.end_granting()  # for good: nothing is begun where the end was asked for
            self._say(connection, Leave())
        elif node.lease.asked(boot_clock()):
            self._say(connection, Granted(asked_at))

    def _hello(self, node: ClusterNode, hello: Hello) -> None:
        if hello == node.hello:
            return  # it came again
        was = node.why if node.hello is not None else None
        node.compare(hello, self._settings.data.folder, self._data.seen)
        self._say_of(node, was)

    def _data_changed(self) -> None:
        """The head's own data are others, or are looked at for the first time."""
        for node in self._nodes.values():
            if node.hello is not None:
                was = node.why
                node.compare(node.hello, self._settings.data.folder, self._data.seen)
                self._say_of(node, was)

    def _say_of(self, node: ClusterNode, was: str | None) -> None:
        if node.why == was:
            return
        if node.why:
            log.error("node %s is not used: %s", node.place.name, node.why, extra={"action": "node"})
        else:
            log.info(
                "node %s is ready for %d jobs", node.place.name, node.place.capacity.slots, extra={"action": "node"}
            )
        self._changed = True

    # ---- what the provider says

    def _on_provider(self, said: FromProvider) -> None:
        if isinstance(said, AboutMachines):
            self._inventory.heard(said)
            self._start_offered()
            return
        match said:
            case Started(node_id) if node := self._nodes.get(node_id):
                self._inventory.failed.pop(node.place.name, None)
            case NodeReaped(node_id) if node := self._nodes.get(node_id):
                self._lose(node, Proof.NODE_REAPED, f"its node {node.place.name} has ended")
            case NodeFailed(node_id, why) if node := self._nodes.get(node_id):
                log.error("node %s cannot be started: %s", node.place.name, why, extra={"action": "node"})
                self._inventory.failed[node.place.name] = why
                self._give_up(node)
            case NodeDown(node_id, why) if node := self._nodes.get(node_id):
                log.warning("node %s seems to be dead: %s", node.place.name, why, extra={"action": "node"})
                self._give_up(node)

    def _give_up(self, node: ClusterNode) -> None:
        """What was never granted a lease runs nothing, and never will; of others the lease has to run out."""
        node.lease.end_granting()
        if node.lease.last_answered_at is None:
            self._forget(node)

    def _provider_ended(self) -> None:
        """Its nodes end with it, but their end is not proven: the head waits for their leases to run out."""
        self._inventory.provider_ended()
        for node in self._nodes.values():
            node.lease.end_granting()

    def _start_offered(self) -> None:
        for name, capacity in list(self._inventory.take(list(self._nodes.values()))):
            self._start(name, capacity)

    def _start(self, name: str, capacity: Capacity) -> None:
        node_id = secrets.token_hex(6)
        sending = partial(self._say_to, node_id)
        node, secret = new_node(node_id, name, capacity, self._settings, (sending, self._listener))
        self._nodes[node_id] = node
        self._known_keys.add(node.public_key)
        self._provider.start_node(
            NodeOrders(
                node_id=node_id,
                name=name,
                parent=0,
                head=self._endpoint,
                head_key=self._head_key,
                public_key=node.public_key,
                secret_key=secret,
                lease_s=self._cluster.lease_s,
                slots=capacity.slots,
                folder=str(Path(self._address.runtime_dir) / f"node-{node_id}"),
                settings=msgspec.structs.replace(self._settings, auth=AuthSettings()),  # nobody signs in there
            )
        )

    # ---- inside

    def _lose(self, node: ClusterNode, proof: Proof, words: str) -> None:
        """The node is dead, as `proof` says: its jobs are lost, and its key lets nothing in any more."""
        level = logging.INFO if node.draining and not node.place.workers else logging.WARNING
        log.log(level, "%r is dead (%s): %s", node, proof, words, extra={"action": "node_lost"})
        node.lease.end_granting()
        node.place.lost(proof, words)
        self._forget(node)
        self._changed = True

    def _forget(self, node: ClusterNode) -> None:
        self._nodes.pop(node.node_id, None)
        self._known_keys.discard(node.public_key)

    def _say_to(self, node_id: str, said: LineMessage) -> None:
        if node := self._nodes.get(node_id):
            self._say(node.connection, said)

    def _say(self, connection: bytes | None, said: LineMessage) -> None:
        if connection:
            try:
                self._line.send([connection, encode(said)])
            except Unroutable:
                log.debug("a node is not connected", extra={"action": "node"})
