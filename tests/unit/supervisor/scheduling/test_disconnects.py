"""An attached job stops some time after its last follower has left, and no other job does."""

import asyncio

import pytest

from bus.contract.vocabulary import Reason
from supervisor.jobs.job_entry import JobEntry
from supervisor.lifecycle.kill_ladder import StopRequest
from supervisor.scheduling import disconnects
from supervisor.scheduling.disconnects import DisconnectWatch
from tests.harness.jobs.entries import new_entry


class Stops:
    """The stops that were asked for."""

    def __init__(self, grace_s: float) -> None:
        self.asked: list[tuple[str, StopRequest]] = []
        self.first = asyncio.Event()
        self.watch = DisconnectWatch(grace_s, self.stop)

    def stop(self, entry: JobEntry, request: StopRequest) -> None:
        self.asked.append((entry.job_id, request))
        self.first.set()


async def test_a_job_whose_last_follower_has_left_is_stopped_and_says_why() -> None:
    stops, entry = Stops(0.0), new_entry(attached=True)
    stops.watch.accepted(entry)
    stops.watch.changed(entry, True)
    assert repr(stops.watch) == "<DisconnectWatch grace_s=0 waiting=0>"
    stops.watch.changed(entry, False)
    await stops.first.wait()
    assert stops.asked == [("7f3a", StopRequest("ann", Reason.DISCONNECT))]


async def test_a_job_that_was_never_followed_is_stopped_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disconnects, "FIRST_FOLLOW_S", 0.01)
    stops = Stops(0.0)
    stops.watch.accepted(new_entry(attached=True))
    await stops.first.wait()
    assert len(stops.asked) == 1


async def test_who_comes_back_in_time_keeps_the_job() -> None:
    stops, entry = Stops(3600.0), new_entry(attached=True)
    stops.watch.accepted(entry)
    stops.watch.changed(entry, True)
    stops.watch.changed(entry, False)
    assert repr(stops.watch) == "<DisconnectWatch grace_s=3600 waiting=1>"
    stops.watch.changed(entry, True)
    assert repr(stops.watch) == "<DisconnectWatch grace_s=3600 waiting=0>"


@pytest.mark.parametrize(("grace_s", "attached"), [(-1.0, True), (0.0, False)])
async def test_neither_a_negative_grace_nor_a_detached_job_waits_for_anybody(grace_s: float, attached: bool) -> None:
    stops, entry = Stops(grace_s), new_entry(attached=attached)
    stops.watch.accepted(entry)
    stops.watch.changed(entry, True)
    stops.watch.changed(entry, False)
    assert repr(stops.watch).endswith("waiting=0>")


async def test_a_job_that_has_ended_is_not_waited_for() -> None:
    stops, entry = Stops(3600.0), new_entry(attached=True)
    stops.watch.accepted(entry)
    stops.watch.cancel(entry.job_id)
    assert repr(stops.watch).endswith("waiting=0>")
