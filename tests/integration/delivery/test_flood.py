"""A worker that says as much as it can neither starves the others nor fills the supervisor's memory, not even when
somebody who follows it has stopped reading."""

import asyncio
import signal
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import psutil
import pytest

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Reason
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.servers import OPERATOR, Supervisor
from tests.harness.zoo import zoo_settings

OUTPUT_BYTES = 200_000_000
GROWTH_BYTES = 100_000_000
"""Of the supervisor: what is on the way from a worker (its window), and what waits for a follower that is stuck."""
TICKS_PER_S = 50
MOMENTS = 5
"""While a flood lasts, others are attended to at least so often: they do not wait for its end."""

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**zoo_settings(), "limits.max_output_bytes": OUTPUT_BYTES, "limits.max_events": 1_000_000_000}


class Bystander:
    """Follows a quiet job, asks for figures again and again, and notes how long everything takes."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._process = psutil.Process(supervisor.process.pid)
        self.delays_ms: list[float] = []
        self.answers_ms: list[float] = []
        self.memory_bytes: list[int] = []

    def __repr__(self) -> str:
        delay, answer = statistics.median(self.delays_ms), statistics.median(self.answers_ms)
        return f"<Bystander delay={delay:.1f} ms, answer={answer:.1f} ms, grew={self.grew_bytes / 1e6:.1f} MB>"

    @property
    def grew_bytes(self) -> int:
        return max(self.memory_bytes) - self.memory_bytes[0]

    async def follow(self, job_id: str) -> None:
        async with aclosing(self._supervisor.client.follow(job_id)) as batches:
            async for batch, skip in batches:
                now = time.time()
                for _, event in batch.events(skip):
                    if isinstance(event, ResponseChunk):
                        self.delays_ms.append((now - float(event.chunk.split()[1])) * 1000)

    async def ask(self) -> None:
        while True:
            started = time.monotonic()
            await self._supervisor.client.request(ReadStats(OPERATOR), Stats)
            self.answers_ms.append((time.monotonic() - started) * 1000)
            self.memory_bytes.append(self._process.memory_info().rss)
            await asyncio.sleep(0.02)


@asynccontextmanager
async def bystander(supervisor: Supervisor) -> AsyncIterator[Bystander]:
    """Somebody with a quiet job of their own."""
    quiet = Bystander(supervisor)
    job_id = await supervisor.submit(f"{TICKS_PER_S * 120} {TICKS_PER_S}", "paces")
    following, asking = asyncio.create_task(quiet.follow(job_id)), asyncio.create_task(quiet.ask())
    yield quiet
    asking.cancel()
    await supervisor.stop(job_id)
    await following
    with pytest.raises(asyncio.CancelledError):
        await asking


async def ended(supervisor: Supervisor, job_id: str) -> Reason | None:
    """Wait for a job's end without looking at what it says."""
    async with aclosing(supervisor.client.follow(job_id)) as batches:
        async for batch, _ in batches:
            if batch.final:
                break
    return (await supervisor.record(job_id)).summary.reason


@pytest.mark.parametrize("size", ["small", "large"])
async def test_a_flood_neither_delays_the_others_nor_fills_memory(supervisor: Supervisor, size: str) -> None:
    async with bystander(supervisor) as quiet:
        assert await ended(supervisor, await supervisor.submit(size, "floods_events")) == Reason.OUTPUT_LIMIT
        heard, answered = len(quiet.delays_ms), len(quiet.answers_ms)
    print(quiet)
    assert heard >= MOMENTS
    assert answered >= MOMENTS
    assert quiet.grew_bytes < GROWTH_BYTES


@pytest.mark.parametrize("chunk_bytes", [200, 16_000, 65_536])
async def test_a_follower_that_is_stopped_in_a_flood_costs_little_and_misses_nothing(
    supervisor: Supervisor, chunk_bytes: int
) -> None:
    await stopped_in_a_flood(supervisor, chunk_bytes)


async def stopped_in_a_flood(supervisor: Supervisor, chunk_bytes: int) -> None:
    """A follower stands still while a job says as much as it can, and has it all in the end."""
    chunks = min(OUTPUT_BYTES // 2 // chunk_bytes, 50_000)
    async with bystander(supervisor) as quiet:
        job_id = await supervisor.submit(f"{chunks} 1000000000 {chunk_bytes}", "paces")
        async with supervisor.followed(job_id) as follower:
            said = [await follower.next()]
            follower.process.send_signal(signal.SIGSTOP)
            assert await ended(supervisor, job_id) is None
            follower.process.send_signal(signal.SIGCONT)
            said += await follower.rest()
    print(quiet)
    assert said == list(range(1, chunks + 3))
    assert quiet.grew_bytes < GROWTH_BYTES
