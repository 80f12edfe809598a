"""Warm workers are kept where their agent is served, handed out while they live, and replaced."""

import asyncio
from dataclasses import dataclass, field

import pytest

from bus.contract.settings import AgentDefinition, Settings
from supervisor.lifecycle.kill_ladder import Step
from supervisor.places.place import Place
from supervisor.workers import warm_pool
from supervisor.workers.placement import Placement
from supervisor.workers.warm_pool import WarmPool
from supervisor.workers.worker import Worker
from tests.harness.servers import eventually
from tests.unit.supervisor.workers.test_placement import Machine, Machines

SETTINGS = Settings(agents={"on_gpu": AgentDefinition("mine:run", resource="gpu")})


class Machinery(Machine):
    """A machine that knows which of its workers live, and which were killed."""

    def __init__(self, name: str, *resources: str) -> None:
        super().__init__(name, 4, *resources)
        self.dead: set[str] = set()
        self.killed: list[str] = []
        self.unseen = False

    def lives(self, worker_id: str) -> bool:
        if self.unseen:
            raise OSError("too many open files")
        return worker_id not in self.dead

    def do(self, worker_id: str, step: Step) -> None:
        assert step is Step.KILL
        self.killed.append(worker_id)


@dataclass
class Pool:
    """A warm pool for two workers of each agent, and those that it has asked for."""

    here: Machinery = field(default_factory=lambda: Machinery(""))
    machines: Machines | None = None
    room: bool = True
    made: list[Worker] = field(default_factory=list)
    warm: WarmPool = field(init=False)

    def __post_init__(self) -> None:
        self.warm = WarmPool(Placement(self.here, self.machines), 2, self.request, lambda: self.room)

    def request(self, place: Place, agent: str) -> Worker:
        worker = Worker(agent, SETTINGS, place, self.warm.lost)
        worker.pid = 1000 + len(self.made)
        self.made.append(worker)
        return worker

    async def filled(self, count: int) -> None:
        """Wait until so many were asked for, and make all of them ready."""
        self.warm.refill_soon()
        await eventually(lambda: len(self.made) == count, "as many are asked for as are missing")
        for worker in self.made:
            worker.ready = True


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm_pool, "REFILL_AFTER_S", 0.0)


async def test_an_agent_that_is_wanted_has_two_and_one_that_was_taken_is_replaced() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    assert (pool.warm.ready, pool.warm.take(pool.here, "another")) == (2, None)
    assert pool.warm.take(pool.here, "parquet") is pool.made[0]
    await pool.filled(3)
    assert pool.warm.ready_at(pool.here) == 2


async def test_one_that_is_dead_or_cannot_be_looked_at_is_not_handed_out() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    pool.here.dead.add(pool.made[0].worker_id)
    assert pool.warm.take(pool.here, "parquet") is pool.made[1]
    assert pool.here.killed == [pool.made[0].worker_id]
    await pool.filled(4)
    pool.here.unseen = True
    assert pool.warm.take(pool.here, "parquet") is None


async def test_an_agent_whose_warm_worker_has_died_is_given_a_rest() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    pool.made[0].lost()
    assert pool.warm.ready == 1
    pool.warm.refill_soon()
    await asyncio.sleep(0.05)
    assert len(pool.made) == 2


async def test_without_descriptors_none_is_kept_warm_here_and_a_ready_one_gives_way() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    pool.room = False
    pool.warm.give_up_one(pool.here)
    assert len(pool.here.killed) == 1
    pool.warm.refill_soon()
    await asyncio.sleep(0.05)
    assert len(pool.made) == 2


async def test_one_that_never_becomes_ready_is_killed() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    pool.made[0].ready = False
    pool.warm.check(start_timeout_s=0.0)
    assert pool.here.killed == [pool.made[0].worker_id]


async def test_workers_are_warm_where_their_agent_is_served_and_not_at_a_place_that_is_drained() -> None:
    plain, gpu = Machinery("plain"), Machinery("gpu", "gpu")
    pool = Pool(machines=Machines(plain, gpu))
    pool.warm.want("on_gpu")
    await pool.filled(2)
    assert {worker.place for worker in pool.made} == {gpu}
    assert pool.warm.is_ready_at(gpu, "on_gpu")
    assert pool.machines is not None
    pool.machines.draining.append(gpu)
    pool.machines.ready.remove(gpu)
    pool.warm.check(start_timeout_s=10.0)
    assert pool.warm.ready == 0


async def test_after_the_last_none_is_kept_any_more() -> None:
    pool = Pool()
    pool.warm.want("parquet")
    await pool.filled(2)
    pool.warm.dismiss()
    pool.warm.refill_soon()
    await asyncio.sleep(0.05)
    assert (pool.warm.ready, len(pool.made)) == (0, 2)
