"""What is said of a node: whether it takes jobs, and why not."""

from supervisor.nodes.lease import HeadLease
from supervisor.nodes.node import Node, NodeState
from supervisor.nodes.remote_place import RemotePlace
from tests.unit.supervisor.nodes.test_remote_place import Heard

LEASE_S = 15.0


def node() -> Node:
    """One that has asked for its lease at 100."""
    lease = HeadLease(LEASE_S, 0.5)
    lease.asked(100.0)
    return Node("a1", "key", RemotePlace("gpu-1", lambda _: None, Heard()), lease)


def test_it_joins_until_it_has_loaded_what_workers_need() -> None:
    joining = node()
    assert (joining.state(101.0), joining.summary(101.0).why) == (
        NodeState.JOINING,
        "it starts, and loads what workers need",
    )
    joining.said_hello = True
    assert (joining.state(101.0), joining.summary(101.0).why) == (NodeState.READY, "")


def test_one_that_was_never_heard_says_where_it_has_to_connect_to() -> None:
    unheard = node()
    unheard.lease = HeadLease(LEASE_S, 0.5)
    assert "[cluster] listen" in unheard.summary(101.0).why


def test_one_that_may_not_be_used_says_why() -> None:
    other = node()
    other.said_hello, other.why = True, "it speaks protocol 9.0, this head 2.1"
    assert (other.state(101.0), other.summary(101.0).why) == (NodeState.JOINING, other.why)


def test_it_is_silent_after_half_a_lease_and_for_good_when_it_is_granted_nothing() -> None:
    quiet = node()
    quiet.said_hello = True
    assert quiet.state(100.0 + LEASE_S / 2 + 0.1) is NodeState.SILENT
    quiet.lease.end_granting()
    assert quiet.state(101.0) is NodeState.SILENT


def test_it_drains_also_while_it_is_silent() -> None:
    leaving = node()
    leaving.said_hello = leaving.draining = True
    assert leaving.state(101.0) is leaving.state(110.0) is NodeState.DRAINING
