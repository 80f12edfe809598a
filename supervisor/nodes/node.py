"""One node, as the head knows it."""

from dataclasses import dataclass
from enum import StrEnum

from bus.wire.commands import NodeSummary
from supervisor.nodes.lease import HeadLease
from supervisor.nodes.remote_place import RemotePlace


class NodeState(StrEnum):
    """joining → ready ⇄ silent, and from each of them draining → left; a node that is dead otherwise is in no list any
    more."""

    JOINING = "joining"
    READY = "ready"
    SILENT = "silent"
    DRAINING = "draining"
    LEFT = "left"


UNHEARD = "it starts; nothing was heard of it yet ([cluster] listen is where it connects to)"
LOADING = "it starts, and loads what workers need"


@dataclass(slots=True)
class Node:
    """`connection` is where it was last heard, by the question with the latest time; `said_hello`: its fork server has
    loaded. `why` it is not ready, for people. `draining`: it takes no more jobs, and is let go after its last one."""

    agent_id: str
    public_key: str
    place: RemotePlace
    lease: HeadLease
    connection: bytes | None = None
    asked_at: float = 0.0
    said_hello: bool = False
    draining: bool = False
    why: str = ""

    def __repr__(self) -> str:
        return f"<Node {self.place.name} {self.agent_id}>"

    def state(self, now: float) -> NodeState:
        """At `now`, in seconds since boot."""
        if not self.said_hello or self.why:
            return NodeState.JOINING
        if self.draining:
            return NodeState.DRAINING
        return NodeState.SILENT if not self.lease.granting or self.lease.silent(now) else NodeState.READY

    def summary(self, now: float) -> NodeSummary:
        """As lists show it."""
        place = self.place
        return NodeSummary(place.name, self.state(now), place.jobs, place.slots, place.workers, self._why_not())

    def _why_not(self) -> str:
        if self.said_hello:
            return self.why
        return UNHEARD if self.lease.last_answered_at is None else LOADING


def summary_of_left(name: str) -> NodeSummary:
    """A machine that was drained, and on which nothing runs."""
    return NodeSummary(name, NodeState.LEFT, 0, 0, 0, f"drained; `deadstop nodes drain --undo {name}` takes it back")


def summary_of_engine(name: str, why: str) -> NodeSummary:
    """In the place of its nodes, while it can start none: `why`, for people."""
    return NodeSummary(name, NodeState.JOINING, 0, 0, 0, why)
