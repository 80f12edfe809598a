"""Which machines of a Ray cluster are offered, and under which names."""

from typing import Any

from bus.contract.settings import AgentDefinition, Settings
from supervisor.nodes.providers.ray_machines import gpus_for, machines_of, offers_of


def ray_node(number: str, name: str, **differs: Any) -> dict[str, Any]:
    """As `ray.nodes()` says it."""
    usual = {"NodeID": number, "Alive": True, "NodeName": name, "NodeManagerAddress": "10.0.0.9"}
    return {**usual, "Resources": {"deadstop": 1.0, "CPU": 4.0}, **differs}


def test_those_that_live_and_have_the_resource_go_by_their_names() -> None:
    dead = ray_node("dd", "10.0.0.2", Alive=False, Resources={})
    other = ray_node("cc", "10.0.0.3", Resources={"CPU": 4.0})
    half = ray_node("bb", "10.0.0.4", Resources={"deadstop": 0.5})
    assert machines_of([ray_node("aa", "10.0.0.1"), dead, other, half]) == {"10.0.0.1": "aa"}


def test_one_without_a_name_goes_by_its_address() -> None:
    assert machines_of([ray_node("aa", "")]) == {"10.0.0.9": "aa"}


def test_two_of_one_name_are_told_apart_and_a_dead_one_takes_no_name() -> None:
    twins = [ray_node("aaaaaaaa", "gpu"), ray_node("bbbbbbbb", "gpu"), ray_node("cccccccc", "gpu", Alive=False)]
    assert machines_of(twins) == {"gpu-aaaaaa": "aaaaaaaa", "gpu-bbbbbb": "bbbbbbbb"}
    assert machines_of(twins[1:]) == {"gpu": "bbbbbbbb"}


RESOURCES = {
    "CPU": 4.0,
    "memory": 1e9,
    "object_store_memory": 1e9,
    "deadstop": 1.0,
    "node:10.0.0.1": 1.0,
    "accelerator_type:T4": 1.0,
    "GPU": 2.0,
    "licence": 1.0,
    "half": 0.5,
}


def test_what_a_machine_offers_is_its_own_resources_and_its_gpus() -> None:
    assert offers_of(RESOURCES) == ["gpu", "licence"]
    assert offers_of({"CPU": 4.0, "deadstop": 1.0}) == []


def test_a_node_takes_all_gpus_where_an_agent_asks_for_one_and_else_none() -> None:
    agents = {"mine": AgentDefinition("mine:run", resource="gpu")}
    assert gpus_for(Settings(agents=agents), RESOURCES) == 2
    assert gpus_for(Settings(agents=agents), {"CPU": 4.0}) == 0
    assert gpus_for(Settings(), RESOURCES) == 0
