"""What the head hears of machines that come and go; Ray itself is not needed for that."""

import sys

import pytest

from supervisor.nodes.providers.messages import MachineGone, NodeDown, NodeUp, ProviderMessage
from supervisor.nodes.providers.ray_provider import MISSING, RayProvider, RayUnusable, join
from tests.unit.supervisor.nodes.providers.test_ray_machines import ray_node

Compared = tuple[RayProvider, list[ProviderMessage]]


@pytest.fixture
def provider() -> Compared:
    said: list[ProviderMessage] = []
    return RayProvider(said.append), said


def test_each_machine_is_offered_once(provider: Compared) -> None:
    ray, said = provider
    for _ in range(3):
        ray._compare([ray_node("aa", "one"), ray_node("bb", "two")])
    assert said == [NodeUp("one"), NodeUp("two")]


def test_one_that_comes_back_is_offered_again(provider: Compared) -> None:
    ray, said = provider
    ray._compare([ray_node("aa", "one")])
    ray._compare([ray_node("aa", "one", Alive=False)])
    ray._compare([ray_node("aa", "one", Alive=False), ray_node("ab", "one")])
    assert said == [NodeUp("one"), MachineGone("one"), NodeUp("one")]


def test_the_node_of_a_machine_that_ray_counts_as_dead_is_hinted_at_once(provider: Compared) -> None:
    ray, said = provider
    ray._compare([ray_node("aa", "one")])
    ray._nodes["agent"] = "aa"
    for _ in range(3):
        ray._compare([])
    assert [type(each) for each in said] == [NodeUp, MachineGone, NodeDown]


def test_without_ray_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(RayUnusable, match="pip install 'deadstop\\[ray\\]'"):
        join("10.0.0.5:6379", open_too=False)
    assert "deadstop[ray]" in MISSING
