"""What animals with descendants do once they have them."""

import asyncio
import subprocess
import sys

from bus.wire.worker import JobSpec

FINISH = "finish"
"""The question after which an animal ends well instead of staying."""


async def stay(job: JobSpec) -> None:
    """Stay until stopped, unless the question was to finish."""
    if job.question != FINISH:
        await asyncio.sleep(3600)


async def python(script: str) -> list[int]:
    """Run a small script in an interpreter of its own; returns the pids it prints before it closes its output."""
    made = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-S", "-c", script], stdout=subprocess.PIPE, check=True
    )
    return [int(word) for word in made.stdout.split()]
