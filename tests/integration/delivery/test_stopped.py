"""A follower that was not there when everything was said, and not for long after, still comes to the end."""

import asyncio
import signal

import pytest

from supervisor.jobs.stream_heads import HEADS_AFTER_END_S
from tests.harness.servers import Supervisor

CHUNKS = 12_000
"""In so many small batches that they fill the queues to the follower and yet not what may wait in its memory."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_follower_that_slept_through_the_end_and_the_heads_reads_it_in_the_log(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit(f"{CHUNKS} 1000", "paces")
    async with supervisor.followed(job_id) as follower:
        said = [await follower.next()]
        follower.process.send_signal(signal.SIGSTOP)
        await supervisor.events(job_id)
        # From here on the supervisor tells the job's head for so long, to nobody: what waits for the follower is full.
        await asyncio.sleep(HEADS_AFTER_END_S + 2)
        follower.process.send_signal(signal.SIGCONT)
        said += await follower.rest()
    assert said == list(range(1, CHUNKS + 3))
