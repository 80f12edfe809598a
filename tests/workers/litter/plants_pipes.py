"""Puts a pipe and a link where its last words are looked for."""

import asyncio
import os
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import STACK_NAME, STDERR_NAME, JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    for name in (STDERR_NAME, STACK_NAME):
        (context.scratch / name).unlink()
    os.mkfifo(context.scratch / STDERR_NAME)
    (context.scratch / STACK_NAME).symlink_to("/etc/passwd")
    yield Status("planted")
    await asyncio.sleep(3600)
