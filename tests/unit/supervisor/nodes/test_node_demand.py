"""As many nodes are wanted as the questions need, and none ends that is needed."""

import pytest

from supervisor.nodes.node_demand import IdleNodes, Room, is_wanted, wanted_nodes

GPU = "gpu"


@pytest.mark.parametrize(
    ("resources", "least", "wanted"),
    [
        ([], 0, []),
        ([], 2, ["", ""]),
        ([""], 0, [""]),
        ([""] * 4, 0, [""]),
        ([""] * 5, 1, ["", ""]),
        ([GPU], 1, [GPU]),
        ([GPU] * 5, 0, [GPU, GPU]),
        ([GPU, "", "", ""], 0, [GPU]),  # it takes the others too
        ([GPU] * 2 + [""] * 7, 0, [GPU, "", ""]),
        ([GPU, "tpu"], 1, [GPU, "tpu"]),
    ],
)
def test_how_many_nodes_are_wanted(resources: list[str], least: int, wanted: list[str]) -> None:
    assert wanted_nodes(resources, [], 4, least) == wanted


@pytest.mark.parametrize(
    ("resources", "there", "wanted"),
    [
        ([""] * 3, [Room(1), Room(1)], ["", "", ""]),  # small ones: two of the three are taken care of
        ([""] * 3, [Room(1), Room(8)], [""]),  # the large one is enough
        ([""] * 9, [Room(1), Room(8)], ["", ""]),
        ([GPU] * 2, [Room(1, frozenset({GPU})), Room(8)], [GPU, GPU]),
        ([], [Room(1)], []),
    ],
)
def test_nodes_that_are_there_take_their_own_number(resources: list[str], there: list[Room], wanted: list[str]) -> None:
    assert wanted_nodes(resources, there, 4, 0) == wanted


@pytest.mark.parametrize(
    ("offers", "running", "wanted", "one_more"),
    [
        ([], [], [""], True),
        ([], [[]], [""], False),
        ([GPU], [[]], [GPU], True),  # the one that there is does not offer it
        ([], [[]], [GPU], False),
        ([GPU], [[GPU]], [GPU], False),
        ([], [[GPU]], [GPU, ""], True),
        ([], [], [], False),
    ],
)
def test_whether_one_more_is_wanted(
    offers: list[str], running: list[list[str]], wanted: list[str], one_more: bool
) -> None:
    assert is_wanted(offers, running, wanted) is one_more


def test_a_node_is_idle_for_as_long_as_nothing_has_run_there() -> None:
    idle = IdleNodes(10.0)
    assert idle.look({"a": 0, "b": 1}, 100.0) == []
    assert idle.look({"a": 0, "b": 0}, 105.0) == []
    assert idle.look({"a": 0, "b": 0}, 110.0) == ["a"]
    assert idle.look({"a": 0, "b": 0}, 120.0) == ["a", "b"]
    assert idle.look({"a": 1, "b": 0}, 121.0) == ["b"]
    assert idle.look({"a": 0, "b": 0}, 122.0) == ["b"], "it begins anew"
