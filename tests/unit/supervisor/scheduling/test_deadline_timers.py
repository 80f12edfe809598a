"""A timer rings when something about a job is due, and not before."""

import asyncio

from bus.contract.vocabulary import Reason
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.scheduling.deadline_timers import CLOCK_JUMPED_S, DeadlineTimers
from tests.harness.jobs.entries import DEADLINES, new_entry


class Rings:
    """What rang, in order, and the moment of each."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, float]] = []
        self.timers = DeadlineTimers(self.ring)
        self.first = asyncio.Event()

    def ring(self, entry: JobEntry, now: float) -> None:
        self.rung.append((entry.job_id, now))
        self.first.set()


def starting(job_id: str, due: float) -> JobEntry:
    """A job whose worker must be ready at `due`."""
    entry = new_entry(job_id)
    entry.job.launch(due - DEADLINES.start_s)
    assert entry.job.due == due
    return entry


async def test_the_job_that_is_due_first_rings_first_and_one_that_is_cancelled_never() -> None:
    rings, now = Rings(), asyncio.get_running_loop().time()
    later, sooner, never = (starting(name, now + wait) for name, wait in (("b", 0.02), ("a", 0.01), ("c", 0.0)))
    for entry in (later, sooner, never):
        rings.timers.set(entry)
    rings.timers.cancel("c")
    while len(rings.rung) < 2:
        rings.first.clear()
        await rings.first.wait()
    assert [name for name, _ in rings.rung] == ["a", "b"]
    assert all(at >= now for _, at in rings.rung)


async def test_a_change_of_the_job_moves_its_timer() -> None:
    rings, now = Rings(), asyncio.get_running_loop().time()
    entry = starting("a", now + 3600)
    rings.timers.set(entry)
    entry.job.stop(StopRequest("ann", Reason.USER), now)
    rings.timers.set(entry)
    await rings.first.wait()
    assert len(rings.rung) == 1


async def test_a_job_for_which_nothing_is_due_has_no_timer() -> None:
    rings = Rings()
    entry = starting("a", asyncio.get_running_loop().time())
    rings.timers.set(entry)
    entry.job.worker_exited()
    rings.timers.set(entry)
    assert repr(rings.timers) == "<DeadlineTimers 0 set>"


async def test_a_timer_that_rings_far_too_late_blames_no_worker() -> None:
    rings, now = Rings(), asyncio.get_running_loop().time()
    entry = starting("a", now - CLOCK_JUMPED_S - 1)
    rings.timers.set(entry)
    await rings.first.wait()
    ((_, rang_at),) = rings.rung
    assert entry.job.due == rang_at + DEADLINES.start_s
    assert entry.job.tick(rang_at) == []
