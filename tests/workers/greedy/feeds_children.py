"""Has children that take memory; itself it takes none."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec

_EAT = "import time; block = b'x' * (80 << 20); time.sleep(3600)"


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    children = [subprocess.Popen([sys.executable, "-S", "-c", _EAT], start_new_session=True) for _ in range(4)]
    yield Status(f"children {' '.join(str(child.pid) for child in children)}")
    await asyncio.sleep(3600)
