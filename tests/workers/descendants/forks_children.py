"""Has children in its own group that ignore SIGTERM."""

import subprocess
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

_DEAF = "trap '' TERM INT; while :; do sleep 60; done"


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    children = [subprocess.Popen(["sh", "-c", _DEAF]) for _ in range(3)]
    yield Status(f"children {' '.join(str(child.pid) for child in children)}")
    await stay(job)
