"""Which workers are kept warm, which is taken, and when an agent is given a rest."""

from dataclasses import dataclass

from supervisor.workers.warm_stock import BACKOFF_S, WarmStock


@dataclass(eq=False)
class Warm:
    agent: str
    requested_at: float = 0.0
    ready: bool = False
    outdated: bool = False


def pool(per_agent: int = 2) -> tuple[WarmStock[Warm], list[Warm]]:
    """A pool, and what it has spawned so far."""
    spawned: list[Warm] = []

    def spawn(agent: str) -> Warm:
        spawned.append(Warm(agent))
        return spawned[-1]

    return WarmStock(per_agent, spawn), spawned


def test_only_agents_that_were_asked_for_are_kept_warm() -> None:
    warm, spawned = pool()
    warm.refill(0.0)
    assert spawned == []
    warm.want("sql")
    warm.refill(0.0)
    warm.refill(0.0)
    assert [worker.agent for worker in spawned] == ["sql", "sql"]
    assert warm.take("parquet") is None


def test_the_worker_that_is_furthest_along_is_taken_once() -> None:
    warm, spawned = pool()
    warm.want("sql")
    warm.refill(0.0)
    spawned[1].ready = True
    assert warm.ready == 1
    assert [warm.take("sql") for _ in range(3)] == [spawned[1], spawned[0], None]


def test_an_agent_whose_worker_has_died_is_given_a_rest() -> None:
    warm, spawned = pool(per_agent=1)
    warm.want("sql")
    warm.refill(0.0)
    warm.lost(spawned[0], 5.0)
    warm.refill(5.0 + BACKOFF_S - 0.1)
    assert len(spawned) == 1
    warm.refill(5.0 + BACKOFF_S)
    assert len(spawned) == 2


def test_the_end_of_a_worker_that_was_taken_gives_no_rest() -> None:
    warm, spawned = pool(per_agent=1)
    warm.want("sql")
    warm.refill(0.0)
    taken = warm.take("sql")
    assert taken is spawned[0]
    warm.lost(taken, 5.0)
    warm.refill(5.0)
    assert len(spawned) == 2


def test_what_never_became_ready_and_what_is_outdated_is_found() -> None:
    warm, spawned = pool()
    warm.want("sql")
    warm.refill(0.0)
    spawned[0].ready = True
    assert warm.late(10.0, 10.0) == []
    assert warm.late(10.1, 10.0) == [spawned[1]]
    spawned[0].outdated = True
    assert warm.remove_outdated() == [spawned[0]]
    assert warm.take("sql") is spawned[1]


def test_after_its_dismissal_none_is_kept() -> None:
    warm, spawned = pool()
    warm.want("sql")
    warm.refill(0.0)
    warm.dismiss()
    warm.want("sql")
    warm.refill(0.0)
    assert (len(spawned), warm.take("sql")) == (2, None)
