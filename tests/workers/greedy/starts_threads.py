"""Starts as many threads as the question says (300 if it says nothing), which wait, and stays."""

import asyncio
import threading
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec

DEFAULT = 300


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("starting threads")
    for _ in range(int(job.question) if job.question.isdecimal() else DEFAULT):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    yield Status("all are there")
    await asyncio.sleep(3600)
