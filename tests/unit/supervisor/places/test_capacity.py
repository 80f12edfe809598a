"""What a node takes: so many jobs, so much memory together, and only those that need nothing it does not offer."""

import pytest

from bus.contract.settings import (
    AgentDefinition,
    ClusterSettings,
    DataSettings,
    LimitSettings,
    MachineSettings,
    Settings,
)
from supervisor.places.capacity import Capacity, Demand, capacity_of, demand_of, why_never

GIB = 1 << 30
GPU = frozenset({"gpu"})


@pytest.mark.parametrize(
    ("capacity", "demand", "held", "takes"),
    [
        (Capacity(2), Demand(), [Demand()], True),
        (Capacity(1), Demand(), [Demand()], False),
        (Capacity(0), Demand(), [], False),
        (Capacity(4, 2 * GIB), Demand(GIB), [Demand(GIB)], True),
        (Capacity(4, 2 * GIB), Demand(GIB + 1), [Demand(GIB)], False),
        (Capacity(4, 2 * GIB), Demand(), [], False),
        (Capacity(4), Demand(resource="gpu"), [], False),
        (Capacity(4, resources=GPU), Demand(resource="gpu"), [Demand()], True),
        (Capacity(4, resources=GPU), Demand(), [], True),
    ],
)
def test_what_it_takes(capacity: Capacity, demand: Demand, held: list[Demand], takes: bool) -> None:
    assert capacity.takes(demand, held) is takes


def test_what_it_lacks_is_said_whatever_runs_there() -> None:
    assert Capacity(0).lacks(Demand(GIB)) == ""
    assert Capacity(8).lacks(Demand(resource="gpu")) == "no gpu"
    words = "1,024 MiB of memory for questions, and this one may take up to 2,048 MiB"
    assert Capacity(8, GIB).lacks(Demand(2 * GIB)) == words
    assert Capacity(8, GIB).lacks(Demand()).endswith("this one may take any amount")


def test_a_machine_has_what_holds_for_all_but_for_what_is_said_of_it() -> None:
    cluster = ClusterSettings(slots=3, memory_bytes=GIB, machines={"big": MachineSettings(9, 0, ["gpu"])})
    assert capacity_of(cluster, "other", ["fast"]) == Capacity(3, GIB, frozenset({"fast"}))
    assert capacity_of(cluster, "big", ["fast"]) == Capacity(9, 0, frozenset({"fast", "gpu"}))


def settings(cluster: ClusterSettings, resource: str = "", memory_bytes: int = GIB, folder: str = "/data") -> Settings:
    agent = AgentDefinition("mine:run", resource=resource)
    limits = LimitSettings(max_memory_bytes=memory_bytes)
    return Settings(cluster=cluster, agents={"mine": agent}, limits=limits, data=DataSettings(folder=folder))


def test_a_job_asks_for_what_its_agent_may_have() -> None:
    assert demand_of(settings(ClusterSettings(), "gpu"), "mine") == Demand(GIB, "gpu")


LOCAL_GPU = ClusterSettings("local", nodes=2, machines={"local-2": MachineSettings(resources=["gpu"])})


@pytest.mark.parametrize(
    ("cluster", "resource", "memory_bytes", "words"),
    [
        (ClusterSettings(), "", GIB, ""),
        (ClusterSettings(), "gpu", GIB, "it needs a node that offers gpu, and there are no nodes"),
        (ClusterSettings("local", nodes=2), "", GIB, ""),
        (ClusterSettings("local", nodes=2), "gpu", GIB, "all 2 nodes have no gpu"),
        (LOCAL_GPU, "gpu", GIB, ""),
        (ClusterSettings("ray"), "gpu", GIB, ""),
        (
            ClusterSettings("ray", memory_bytes=GIB),
            "gpu",
            2 * GIB,
            "a node has 1,024 MiB of memory for questions, and this one may take up to 2,048 MiB",
        ),
        (ClusterSettings("ray", memory_bytes=GIB, machines={"big": MachineSettings(memory_bytes=0)}), "", 2 * GIB, ""),
    ],
)
def test_what_no_node_could_ever_take_is_known(
    cluster: ClusterSettings, resource: str, memory_bytes: int, words: str
) -> None:
    assert why_never(settings(cluster, resource, memory_bytes), "mine") == words


def test_of_data_in_a_store_no_question_runs_on_a_node() -> None:
    assert why_never(settings(LOCAL_GPU, "gpu", folder="s3://bucket/data"), "mine").endswith("there are no nodes")
