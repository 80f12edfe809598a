"""Nodes beyond those that are needed are let go when they are idle for long, and stay where they are needed again."""

import msgspec
import pytest

from bus.contract.settings import AgentDefinition, ClusterSettings, MachineSettings, Settings
from supervisor.nodes.autoscaler import Autoscaler
from supervisor.nodes.lease import HeadLease
from supervisor.nodes.line import LineMessage
from supervisor.nodes.node import ClusterNode
from supervisor.nodes.remote_place import RemotePlace
from supervisor.places.capacity import Capacity, Demand
from tests.unit.supervisor.nodes.test_remote_place import Heard

IDLE_S = 10.0
AGENTS = {"plain": AgentDefinition("mine:run"), "on_gpu": AgentDefinition("mine:run", resource="gpu")}
SETTINGS = Settings(cluster=ClusterSettings("local", slots=2, autoscale=True, idle_s=IDLE_S), agents=AGENTS)


def node(name: str, *resources: str, slots: int = 2) -> ClusterNode:
    said: list[LineMessage] = []
    capacity = Capacity(slots, resources=frozenset(resources))
    place = RemotePlace(name, capacity, lambda agent: Demand(resource=AGENTS[agent].resource), said.append, Heard())
    return ClusterNode(name, "key", place, HeadLease(15.0, 0.5))


def work(one: ClusterNode, agent: str = "plain") -> None:
    one.place.spawn(f"w-{one.node_id}", agent, b"token")
    one.place.assigned(f"w-{one.node_id}", "job")


@pytest.fixture
def waiting() -> list[str]:
    return []


@pytest.fixture
def scaler() -> Autoscaler:
    return Autoscaler(SETTINGS)


def test_what_waits_and_what_runs_is_counted(scaler: Autoscaler, waiting: list[str]) -> None:
    busy = node("a")
    work(busy)
    assert scaler.look([busy], waiting, 0.0) == [""]
    waiting += ["plain", "plain"]
    assert scaler.look([busy], waiting, 0.0) == ["", ""]
    waiting.append("on_gpu")
    assert scaler.look([busy], waiting, 0.0) == ["gpu", ""]


def test_of_idle_nodes_as_many_go_as_nobody_needs(scaler: Autoscaler, waiting: list[str]) -> None:
    nodes = [node("a"), node("b"), node("c")]
    work(nodes[1])
    scaler.look(nodes, waiting, 0.0)
    scaler.look(nodes, waiting, IDLE_S - 0.1)
    assert [each.draining for each in nodes] == [False, False, False]
    scaler.look(nodes, waiting, IDLE_S)
    assert [each.let_go for each in nodes] == [True, False, True]


def test_the_last_one_stays_and_so_does_the_one_with_the_resource_that_is_waited_for(
    scaler: Autoscaler, waiting: list[str]
) -> None:
    waiting.append("on_gpu")
    nodes = [node("with", "gpu"), node("without")]
    for now in (0.0, IDLE_S):
        scaler.look(nodes, waiting, now)
    assert [each.let_go for each in nodes] == [False, True]
    waiting.clear()
    for now in (IDLE_S, 5 * IDLE_S):
        scaler.look(nodes[:1], waiting, now)
    assert not nodes[0].draining


def test_one_that_is_let_go_stays_when_it_is_needed_again_and_one_that_an_operator_drains_does_not(
    scaler: Autoscaler, waiting: list[str]
) -> None:
    nodes = [node("a"), node("b"), node("c")]
    nodes[2].draining = True
    for now in (0.0, IDLE_S):
        scaler.look(nodes, waiting, now)
    assert [each.draining for each in nodes] == [True, False, True]
    waiting += ["plain"] * 5
    scaler.look(nodes, waiting, IDLE_S + 1)
    assert [each.draining for each in nodes] == [False, False, True]


def test_one_that_was_told_to_end_is_not_called_back(scaler: Autoscaler, waiting: list[str]) -> None:
    nodes = [node("a"), node("b")]
    for now in (0.0, IDLE_S):
        scaler.look(nodes, waiting, now)
    (drained,) = [each for each in nodes if each.let_go]
    drained.lease.end_granting()
    waiting += ["plain"] * 5
    scaler.look(nodes, waiting, IDLE_S + 1)
    assert drained.draining


def test_one_that_cannot_be_used_does_not_count(scaler: Autoscaler, waiting: list[str]) -> None:
    nodes = [node("broken"), node("whole")]
    nodes[0].why = "its data differ"
    for now in (0.0, IDLE_S):
        scaler.look(nodes, waiting, now)
    assert [each.draining for each in nodes] == [True, False]


def test_machines_with_a_number_of_their_own_are_counted_by_it(waiting: list[str]) -> None:
    cluster = msgspec.structs.replace(SETTINGS.cluster, machines={"new": MachineSettings(slots=1)})
    scaler = Autoscaler(msgspec.structs.replace(SETTINGS, cluster=cluster))
    small, large, new = node("small", slots=1), node("large", slots=8), node("new", slots=0)
    waiting += ["plain"] * 3
    assert scaler.look([small], waiting, 0.0) == ["", ""]
    assert scaler.look([small, new], waiting, 0.0) == ["", "", ""], "the one that has just been started will take one"
    assert scaler.look([small, large], waiting, IDLE_S) == [""]
    scaler.look([small, large], waiting, 2 * IDLE_S)
    assert [each.draining for each in (small, large)] == [True, False], "the small one is not enough alone"
