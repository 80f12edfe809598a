"""Where a job runs, and why it waits although nothing is wrong."""

from collections.abc import Callable

import pytest

from bus.contract.agents import CATALOG_AGENT, HISTORY_AGENT
from bus.contract.vocabulary import Proof
from bus.wire.replies import NodeSummary
from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.capacity import Capacity, Demand
from supervisor.places.place import Place
from supervisor.workers.placement import Placement


class Machine:
    """One with room for jobs, some of which need a resource."""

    proof = Proof.NODE_REAPED

    def __init__(self, name: str, slots: int, *resources: str) -> None:
        self.name = name
        self.free = slots
        self._capacity = Capacity(slots, resources=frozenset(resources))

    def lacks(self, agent: str) -> str:
        return self._capacity.lacks(demand(agent))

    def takes(self, agent: str) -> bool:
        return self.free > 0 and not self.lacks(agent)

    def spawn(self, worker_id: str, agent: str, token: bytes, own_folder: str = "") -> None: ...
    def assigned(self, worker_id: str, job_id: str) -> None: ...
    def tell(self, worker_id: str, message: bytes) -> None: ...
    def do(self, worker_id: str, step: Step) -> None: ...
    def lives(self, worker_id: str) -> bool:
        return False

    def outdated(self, worker_id: str) -> bool:
        return False


def demand(agent: str) -> Demand:
    return Demand(resource="gpu" if agent == "on_gpu" else "")


class Machines:
    draining: list[Machine]

    def __init__(self, *machines: Machine, starting: Machine | None = None) -> None:
        self.ready = list(machines)
        self.places = [*machines, *([starting] if starting else [])]
        self.draining = []

    def drain(self, name: str, *, undo: bool) -> bool:
        return False

    def summaries(self) -> list[NodeSummary]:
        return []


HERE = Machine("", 0)
NONE_WARM: Callable[[Place], bool] = lambda _: False  # noqa: E731


def placement(*machines: Machine, starting: Machine | None = None) -> Placement:
    return Placement(HERE, Machines(*machines, starting=starting))


def test_without_other_machines_everything_runs_here() -> None:
    alone = Placement(HERE, None)
    assert alone.choose("parquet", NONE_WARM) is HERE
    assert alone.no_room("parquet") == ""
    assert alone.serves(HERE, "parquet")
    assert alone.places == alone.ready == [HERE]


@pytest.mark.parametrize("agent", [CATALOG_AGENT, HISTORY_AGENT])
def test_what_reads_the_log_or_the_catalog_stays_here(agent: str) -> None:
    full = placement(Machine("a", 0))
    assert full.choose(agent, NONE_WARM) is HERE
    assert full.no_room(agent) == ""
    assert full.serves(HERE, agent)


def test_a_job_goes_where_a_worker_is_warm_else_where_most_is_free() -> None:
    small, large = Machine("small", 1), Machine("large", 4)
    two = placement(small, large)
    assert two.choose("parquet", NONE_WARM) is large
    assert two.choose("parquet", lambda place: place is small) is small
    small.free = 0
    assert two.choose("parquet", lambda place: place is small) is large


def test_it_goes_only_where_its_resource_is() -> None:
    plain, gpu = Machine("plain", 8), Machine("gpu", 1, "gpu")
    two = placement(plain, gpu)
    assert two.choose("on_gpu", NONE_WARM) is gpu
    assert [two.serves(place, "on_gpu") for place in (HERE, plain, gpu)] == [False, False, True]


@pytest.mark.parametrize(
    ("machines", "agent", "words"),
    [
        ([], "parquet", "no node is ready yet"),
        ([Machine("a", 0)], "parquet", "no node has a place for another job"),
        ([Machine("a", 1)], "on_gpu", "node a has no gpu"),
        ([Machine("a", 1), Machine("b", 0, "gpu")], "on_gpu", "no node has a place for another job"),
    ],
)
def test_a_job_that_waits_is_told_why(machines: list[Machine], agent: str, words: str) -> None:
    some = placement(*machines)
    assert some.no_room(agent) == words
    with pytest.raises(RuntimeError, match="no node takes a job"):
        some.choose(agent, NONE_WARM)


def test_one_that_is_not_ready_takes_no_job_but_its_workers_are_made_ready() -> None:
    starting = Machine("starting", 2)
    one = placement(starting=starting)
    assert one.no_room("parquet") == "no node is ready yet"
    assert one.serves(starting, "parquet")
