"""Has children in its own group that ignore SIGTERM."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    for _ in range(3):
        child = subprocess.Popen(["sh", "-c", "trap '' TERM INT; while :; do sleep 60; done"])
        yield Status(f"child {child.pid}")
    await asyncio.sleep(3600)
