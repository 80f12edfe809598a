"""A disk that fills up in mid-stream: said clearly, nothing acknowledged is lost, and service resumes."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.client import CommandRefused
from bus.contract.events import Completed, Killed, ResponseChunk
from bus.contract.vocabulary import Refusal
from bus.wire.batch import Batch
from bus.wire.commands import ReadStats
from bus.wire.outside import outside_events
from bus.wire.replies import Stats
from tests.harness.servers import OPERATOR, PATIENCE_S, Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings

CHUNKS = 60_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_holds_the_stream_and_room_lets_it_go_on(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (15 << 20))
    settings = {**zoo_settings(), "bus.window_bytes": 65536}
    async with running_supervisor(small_disk, settings) as supervisor:
        job_id = await supervisor.submit(str(CHUNKS), "counts")
        following = asyncio.create_task(supervisor.events(job_id))
        async with asyncio.timeout(PATIENCE_S):
            while await _log_is_writable(supervisor):
                pass
        with pytest.raises(CommandRefused) as error:
            await supervisor.submit("hello", "echoes")
        refused = error.value.refused
        assert refused.code == Refusal.QUEUE_FULL
        assert "cannot be written" in refused.error
        assert str(small_disk) in refused.error
        assert supervisor.process.returncode is None
        ballast.unlink()
        events = [event for _, event in await following]
    chunks = [event.chunk for event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, CHUNKS + 1)]
    assert isinstance(events[-1], Completed)


async def test_a_stop_is_told_at_once_as_not_recorded_yet(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (15 << 20))
    settings = {**zoo_settings(), "bus.window_bytes": 65536}
    async with running_supervisor(small_disk, settings) as supervisor:
        sleeping = await supervisor.running("sleeps")
        flooding = await supervisor.submit(str(CHUNKS), "counts")
        following = asyncio.create_task(last_batch(supervisor, sleeping))
        async with asyncio.timeout(PATIENCE_S):
            while await _log_is_writable(supervisor):
                pass
        await supervisor.stop(sleeping)
        told = await asyncio.wait_for(following, PATIENCE_S)
        assert not await _log_is_writable(supervisor)
        assert (told.final, told.recorded) == (True, False)
        (_, killed) = told.events()[-1]
        assert isinstance(killed, Killed)
        assert outside_events(told, "s")[-1].data.recorded is False  # type: ignore[attr-defined]
        late = await asyncio.wait_for(last_batch(supervisor, sleeping), PATIENCE_S)
        assert late.recorded is False, "one who comes later is told as well"
        ballast.unlink()
        async with asyncio.timeout(PATIENCE_S):
            while not await _log_is_writable(supervisor):
                pass
        recorded = await last_batch(supervisor, sleeping)
        assert (recorded.last, recorded.recorded, recorded.events()[-1][1]) == (told.last, True, killed)
        await supervisor.stop(flooding)
        await supervisor.events(flooding)


async def last_batch(supervisor: Supervisor, job_id: str) -> Batch:
    """The batch that ends the job's stream."""
    return [batch async for batch, _ in supervisor.client.follow(job_id)][-1]


async def _log_is_writable(supervisor: Supervisor) -> bool:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return bool(stats.gauges["log_writable"])
