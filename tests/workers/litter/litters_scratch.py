"""Leaves as many names of files as the question says in its scratch folder (50,000 if it says nothing): each has to be
removed, and all are of one empty file, since making many takes the file system half a millisecond each."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("littering")
    await asyncio.to_thread(_litter, context.scratch, int(job.question) if job.question.isdigit() else 50_000)
    yield Status(f"files {context.scratch}")
    await stay(job)


def _litter(folder: Path, count: int) -> None:
    (folder / "one.txt").touch()
    for number in range(count):
        if number % 1000 == 0:
            (folder / f"{number}").mkdir()
        (folder / f"{number - number % 1000}" / f"{number}.txt").hardlink_to(folder / "one.txt")
