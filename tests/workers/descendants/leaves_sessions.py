"""Has children that moved to sessions of their own."""

import subprocess
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    children = [subprocess.Popen(["sleep", "3600"], start_new_session=True) for _ in range(3)]
    yield Status(f"children {' '.join(str(child.pid) for child in children)}")
    await stay(job)
