"""A line between worker and supervisor that breaks in mid-stream: each event is delivered once, in order."""

import asyncio
import random
from contextlib import aclosing

import pytest

from bus.contract.events import Completed, JobEvent, ResponseChunk
from tests.harness.network.proxies import cutting
from tests.harness.servers import Supervisor
from tests.harness.zoo import zoo_settings

EVENTS = 20_000
CUTS = 20
MOST_JOBS = 10

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), "bus.window_events": 64, "worker.heartbeat_interval_s": 0.1}
"""A small window, so that a worker soon stands still when it is not answered."""


def is_whole(events: list[tuple[int, JobEvent]], count: int) -> None:
    """The stream of a job of `counts`: each chunk once, in order, and one end."""
    chunks = [event.chunk for _, event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, count + 1)]
    assert len(events) == count + 2
    assert isinstance(events[-1][1], Completed)


async def test_events_come_once_over_a_line_that_breaks_fifty_times(supervisor: Supervisor) -> None:
    random_ = random.Random(7)
    cuts = iter([random_.randrange(200, 20_000) for _ in range(50)])
    async with cutting(supervisor.state_dir, "collector", lambda: next(cuts, None)) as line:
        for _ in range(MOST_JOBS):  # as many as it takes: what lies between two cuts is the machine's affair
            job_id = await supervisor.submit(str(EVENTS), "counts")
            is_whole(await supervisor.events(job_id), EVENTS)
            if line.cuts == 50:
                break
    assert line.cuts == 50


async def test_what_a_break_has_swallowed_is_sent_again(supervisor: Supervisor) -> None:
    """A hundred jobs so short that nothing comes after what was lost, to tell the supervisor of the gap."""
    random_ = random.Random(11)

    def lets_through() -> int | None:
        return random_.choice([None, random_.randrange(200, 500)])

    async def ask(count: int) -> None:
        async with room:
            is_whole(await supervisor.events(await supervisor.submit(str(count), "counts")), count)

    room = asyncio.Semaphore(8)
    async with cutting(supervisor.state_dir, "collector", lets_through) as line:
        await asyncio.gather(*(ask(number % 8) for number in range(100)))
    assert line.cuts >= 50


async def test_acknowledgements_that_were_lost_do_not_hold_the_worker(supervisor: Supervisor) -> None:
    """As many jobs as it takes: how often a line can be cut before a job has ended is the machine's affair."""
    async with cutting(supervisor.state_dir, "control") as line:
        for _ in range(CUTS):
            before = line.cuts
            job_id = await supervisor.submit(str(EVENTS), "counts")
            async with aclosing(supervisor.client.follow(job_id)) as batches:
                async for batch, _ in batches:
                    if batch.first > EVENTS // 30 * (line.cuts - before + 1):
                        line.cut()
            is_whole(await supervisor.events(job_id), EVENTS)
            if line.cuts >= CUTS:
                break
    assert line.cuts >= CUTS


@pytest.mark.parametrize("word", [b"ready", b"assign"])
async def test_what_is_lost_before_the_first_event_is_said_again(supervisor: Supervisor, word: bytes) -> None:
    async with cutting(supervisor.state_dir, "control", swallows=word) as line:
        is_whole(await supervisor.events(await supervisor.submit("5", "counts")), 5)
    assert line.cuts == 1
