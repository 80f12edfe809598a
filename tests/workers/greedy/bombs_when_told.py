"""Takes a cancellation for a reason to double a process eight times, and stays."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers.greedy.fork_bomb import BOMB


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("sleeping")
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        subprocess.Popen([sys.executable, "-S", "-c", BOMB], start_new_session=True)
        await asyncio.sleep(3600)
