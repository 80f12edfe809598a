"""Which machines a node is started on, and which are left alone."""

from bus.contract.settings import ClusterSettings
from supervisor.nodes.inventory import Inventory
from supervisor.nodes.lease import HeadLease
from supervisor.nodes.node import NO_MACHINE, ClusterNode, NodeState
from supervisor.nodes.providers.messages import MachineGone, NodeUp, ProviderFailed
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity, Demand
from tests.unit.supervisor.nodes.test_remote_place import Heard

ON_EACH = ClusterSettings("local", slots=2)
AS_NEEDED = ClusterSettings("local", slots=2, autoscale=True)


def node(name: str, *resources: str) -> ClusterNode:
    place = RemotePlace(name, Capacity(2, resources=frozenset(resources)), lambda _: Demand(), lambda _: None, Heard())
    return ClusterNode(name, "key", place, HeadLease(15.0, 0.5))


def offered(cluster: ClusterSettings, *names: str) -> Inventory:
    inventory = Inventory(cluster)
    for name in names:
        inventory.heard(NodeUp(name))
    return inventory


def test_each_machine_gets_one_node_until_it_is_offered_again() -> None:
    inventory = offered(ON_EACH, "b", "a")
    assert [name for name, _ in inventory.take([])] == ["a", "b"]
    assert list(inventory.take([])) == []
    inventory.heard(NodeUp("a", ["gpu"]))
    assert list(inventory.take([])) == [("a", Capacity(2, resources=frozenset({"gpu"})))]


def test_with_autoscale_as_many_start_as_are_wanted_and_no_more() -> None:
    inventory = offered(AS_NEEDED, "a", "b", "c")
    inventory.wanted = ["", ""]
    assert [name for name, _ in inventory.take([node("there")])] == ["a"]
    inventory.wanted = []
    assert list(inventory.take([])) == []


def test_one_that_offers_the_resource_is_started_although_others_are_there() -> None:
    inventory = offered(AS_NEEDED, "a")
    inventory.heard(NodeUp("b", ["gpu"]))
    inventory.wanted = ["gpu"]
    assert [name for name, _ in inventory.take([node("plain")])] == ["b"]


def test_a_drained_machine_gets_none_until_it_is_taken_back() -> None:
    inventory = offered(ON_EACH, "a", "b")
    assert inventory.drain("a", [], undo=False)
    assert [name for name, _ in inventory.take([])] == ["b"]
    assert [(one.name, one.state) for one in inventory.summaries([], 0.0)] == [("a", NodeState.LEFT)]
    assert inventory.drain("a", [], undo=True)
    assert [name for name, _ in inventory.take([])] == ["a"]


def test_a_name_that_no_machine_has_cannot_be_drained_and_one_that_runs_a_node_can() -> None:
    inventory = offered(ON_EACH)
    assert not inventory.drain("a", [], undo=False)
    assert inventory.drain("a", ["a"], undo=False)


def test_a_machine_that_went_is_offered_no_more_and_neither_is_its_failure_told() -> None:
    inventory = offered(ON_EACH, "a", "b")
    inventory.failed["a"] = "no namespaces"
    inventory.heard(MachineGone("a"))
    assert [name for name, _ in inventory.take([])] == ["b"]
    assert inventory.failed == {}


def test_a_provider_that_fails_says_why_until_it_knows_a_machine() -> None:
    inventory = offered(ON_EACH)
    assert [one.why for one in inventory.summaries([], 0.0)] == [NO_MACHINE]
    inventory.heard(ProviderFailed("no Ray there"))
    assert [one.why for one in inventory.summaries([], 0.0)] == ["no Ray there"]
    inventory.heard(NodeUp("a"))
    assert [one.name for one in inventory.summaries([], 0.0)] == ["a"]
    inventory.provider_ended()
    assert list(inventory.take([])) == []
