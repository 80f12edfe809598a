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
        why = self.why if self.said_hello else "it starts, and loads what workers need"
        return NodeSummary(place.name, self.state(now), place.jobs, place.slots, place.workers, why)


def summary_of_left(name: str) -> NodeSummary:
    """A machine that was drained, and on which nothing runs."""
    return NodeSummary(name, NodeState.LEFT, 0, 0, 0, f"drained; `deadstop nodes drain --undo {name}` takes it back")
