"""What is said of a node: whether it takes jobs, and why not."""

from platform import python_version

import msgspec
import pytest

from bus.transport.codec import BUS_VERSION
from supervisor.nodes.data_watch import DataPrint
from supervisor.nodes.lease import HeadLease
from supervisor.nodes.line import Hello
from supervisor.nodes.node import ClusterNode, NodeState, summaries_of
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity, Demand
from tests.unit.supervisor.nodes.test_remote_place import Heard

LEASE_S = 15.0
DATA = DataPrint(2, 4_000, "d1")
HELLO = Hello(BUS_VERSION, python_version(), 4, DATA)


def node() -> ClusterNode:
    """One that has asked for its lease at 100."""
    lease = HeadLease(LEASE_S, 0.5)
    lease.asked(100.0)
    return ClusterNode(
        "a1", "key", RemotePlace("gpu-1", Capacity(0), lambda _: Demand(), lambda _: None, Heard()), lease
    )


def test_it_joins_until_it_has_loaded_what_workers_need() -> None:
    joining = node()
    assert (joining.state(101.0), joining.summary(101.0).why) == (
        NodeState.JOINING,
        "it starts, and loads what workers need",
    )
    joining.compare(HELLO, "/data", DATA)
    assert (joining.state(101.0), joining.summary(101.0).why) == (NodeState.READY, "")


def test_one_that_was_never_heard_says_where_it_has_to_connect_to() -> None:
    unheard = node()
    unheard.lease = HeadLease(LEASE_S, 0.5)
    assert "[cluster] listen" in unheard.summary(101.0).why


def test_one_that_may_not_be_used_says_why() -> None:
    other = node()
    other.compare(msgspec.structs.replace(HELLO, version="9.0"), "/data", DATA)
    assert (other.state(101.0), other.summary(101.0).why) == (
        NodeState.JOINING,
        f"it speaks protocol 9.0, this head {BUS_VERSION}",
    )


def test_it_is_silent_after_half_a_lease_and_for_good_when_it_is_granted_nothing() -> None:
    quiet = node()
    quiet.compare(HELLO, "/data", DATA)
    assert quiet.state(100.0 + LEASE_S / 2 + 0.1) is NodeState.SILENT
    quiet.lease.end_granting()
    assert quiet.state(101.0) is NodeState.SILENT


def test_it_drains_also_while_it_is_silent() -> None:
    drained = node()
    drained.compare(HELLO, "/data", DATA)
    drained.draining = True
    assert drained.state(101.0) is drained.state(110.0) is NodeState.DRAINING


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (DataPrint(1, 4_000, "d2"), "/data holds 1 files with 4,000 bytes there, 2 files with 4,000 bytes here"),
        (DataPrint(2, 4_000, "d2"), "files of /data have other names or contents there"),
        (DataPrint(), "/data holds 0 files with 0 bytes there"),
    ],
)
def test_one_with_other_data_takes_no_job_until_they_are_the_same(there: DataPrint, why: str) -> None:
    other = node()
    other.compare(msgspec.structs.replace(HELLO, data=there), "/data", DATA)
    assert other.state(101.0) is NodeState.JOINING
    assert why in other.summary(101.0).why
    other.compare(msgspec.structs.replace(HELLO, data=there), "/data", there)
    assert other.state(101.0) is NodeState.READY


def test_none_takes_a_job_before_the_server_knows_its_own_data() -> None:
    early = node()
    early.compare(HELLO, "/data", None)
    assert early.state(101.0) is NodeState.JOINING


def test_a_list_tells_of_each_machine_once_by_name() -> None:
    there = node()
    there.compare(HELLO, "/data", DATA)
    listed = summaries_of([there], {"cpu-2"}, {"cpu-3"}, {"cpu-1": "no namespace"}, 101.0)
    assert [(each.name, each.state) for each in listed] == [
        ("cpu-1", NodeState.JOINING),
        ("cpu-2", NodeState.LEFT),
        ("cpu-3", NodeState.RESTING),
        ("gpu-1", NodeState.READY),
    ]
    assert listed[0].why == "no namespace"


def test_while_one_is_tried_again_the_list_says_why_it_failed() -> None:
    (again,) = summaries_of([node()], (), (), {"gpu-1": "no namespace"}, 101.0)
    assert (again.state, again.why) == (NodeState.JOINING, "no namespace")
