"""One node, as the head knows it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from platform import python_version

from bus.contract.settings import Settings
from bus.transport.codec import BUS_VERSION, same_protocol
from bus.transport.sockets import new_keys
from bus.wire.replies import NodeSummary
from supervisor.nodes.data_watch import DataPrint, why_other_data
from supervisor.nodes.lease import HeadLease
from supervisor.nodes.line import Hello, LineMessage
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity, demand_of
from supervisor.places.place import PlaceListener


class NodeState(StrEnum):
    """joining → ready ⇄ silent, and from each of them draining → left, or resting where nobody has drained it; a node
    that is dead otherwise is in no list any more."""

    JOINING = "joining"
    READY = "ready"
    SILENT = "silent"
    DRAINING = "draining"
    LEFT = "left"
    RESTING = "resting"


UNHEARD = "it starts; nothing was heard of it yet ([cluster] listen is where it connects to)"
NO_MACHINE = "it knows no machine that could take a node yet"
UNWANTED = "no question needs it; it starts when one does"
LOADING = "it starts, and loads what workers need"


@dataclass(slots=True)
class ClusterNode:
    """`connection` is where it was last heard, by the question with the latest time; `hello` what it has said of itself
    last: its fork server has loaded. `why` it is not ready, for people. `draining`: it takes no more jobs, and ends
    after its last one; `let_go`: because none needs it."""

    node_id: str
    public_key: str
    place: RemotePlace
    lease: HeadLease
    connection: bytes | None = None
    asked_at: float = 0.0
    hello: Hello | None = None
    draining: bool = False
    let_go: bool = False
    why: str = ""

    def __repr__(self) -> str:
        return f"<ClusterNode {self.place.name} {self.node_id}>"

    @property
    def counts(self) -> bool:
        """Whether it takes jobs, or will soon, as far as the head knows."""
        return not self.draining and not self.why

    def state(self, now: float) -> NodeState:
        """In which state it is at `now`, in seconds since boot."""
        if self.hello is None or self.why:
            return NodeState.JOINING
        if self.draining:
            return NodeState.DRAINING
        return NodeState.SILENT if not self.lease.granting or self.lease.silent(now) else NodeState.READY

    def summary(self, now: float) -> NodeSummary:
        """The node's row in lists, at `now` in seconds since boot."""
        place = self.place
        proof = place.proof if self.hello is not None else None
        slots, resources = place.capacity.slots, sorted(place.capacity.resources)
        return NodeSummary(
            place.name, self.state(now), place.jobs, slots, place.workers, self._why_not(), proof, resources
        )

    def _why_not(self) -> str:
        if self.hello is not None:
            return self.why
        return UNHEARD if self.lease.last_answered_at is None else LOADING

    def compare(self, hello: Hello, folder: str, data: DataPrint | None) -> None:
        """Know whether it may be used: `data` is what the head sees of its `folder`, None before it has looked."""
        self.hello = hello
        self.place.capacity = replace(self.place.capacity, slots=hello.slots)
        self.place.proof = hello.proof
        if not same_protocol(hello.version):
            self.why = f"it speaks protocol {hello.version}, this head {BUS_VERSION}"
        elif hello.python.rpartition(".")[0] != python_version().rpartition(".")[0]:
            self.why = f"it runs Python {hello.python}, this head {python_version()}"
        elif data is None:
            self.why = f"the server has not looked at {folder} yet"
        else:
            self.why = why_other_data(folder, hello.data, data)


def new_node(
    node_id: str,
    name: str,
    capacity: Capacity,
    settings: Settings,
    ends: tuple[Callable[[LineMessage], None], PlaceListener],
) -> tuple[ClusterNode, str]:
    """A node that is to be started, and its secret key. `ends` are the function that sends to the node and the
    listener for its workers."""
    public, secret = new_keys()
    lease = HeadLease(settings.cluster.lease_s, settings.cluster.margin_s)
    bare = replace(capacity, slots=0)  # until it is there
    return ClusterNode(node_id, public, RemotePlace(name, bare, partial(demand_of, settings), *ends), lease), secret


def summaries_of(
    nodes: Iterable[ClusterNode], drained: Iterable[str], resting: Iterable[str], failed: Mapping[str, str], now: float
) -> list[NodeSummary]:
    """By name: those that there are; machines that were drained, and have none; those on which none is wanted; and
    those on which none could be started the last time, with why."""
    found = {name: NodeSummary(name, NodeState.RESTING, 0, 0, 0, UNWANTED) for name in resting}
    found |= {name: NodeSummary(name, NodeState.JOINING, 0, 0, 0, why) for name, why in failed.items()}
    found |= {name: summary_of_left(name) for name in drained}
    found |= {node.place.name: node.summary(now) for node in nodes if node.place.name not in failed or node.hello}
    return [found[name] for name in sorted(found)]


def summary_of_left(name: str) -> NodeSummary:
    """The row of a machine that was drained, and on which nothing runs."""
    return NodeSummary(name, NodeState.LEFT, 0, 0, 0, f"`deadstop nodes drain --undo {name}` takes it back")


def summary_of_provider(name: str, why: str) -> NodeSummary:
    """In the place of its nodes, while it can start none: `why`, for people."""
    return NodeSummary(name, NodeState.JOINING, 0, 0, 0, why)
