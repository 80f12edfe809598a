"""Finishes, but leaves threads that would block the interpreter's exit."""

import threading
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    for _ in range(5):
        threading.Thread(target=threading.Event().wait).start()
    yield Status("five threads wait for ever")
