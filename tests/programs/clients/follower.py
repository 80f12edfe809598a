"""A client in a process of its own, to be killed: `python -m tests.programs.clients.follower STATE_DIR JOB [present]`
prints each number of the job's stream as it hears of it."""

import asyncio
import sys
from pathlib import Path

from bus.client import BusClient


async def _follow(state_dir: str, job_id: str, present: bool) -> None:
    client = BusClient.connect(Path(state_dir))
    async for batch, skip in client.follow(job_id, present=present):
        for seq, _ in batch.events(skip):
            print(seq, flush=True)


if __name__ == "__main__":
    asyncio.run(_follow(sys.argv[1], sys.argv[2], "present" in sys.argv[3:]))
