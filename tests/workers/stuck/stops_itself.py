"""Stops itself with SIGSTOP."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("about to stop")
    await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGSTOP)
    await asyncio.sleep(3600)
