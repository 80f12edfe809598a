"""Leaves a daemonised grandchild behind and then sleeps."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    script = (
        "import os, sys\n"
        "if os.fork(): os._exit(0)\n"
        "os.setsid()\n"
        "if os.fork(): os._exit(0)\n"
        "print(os.getpid(), flush=True)\n"
        "os.closerange(0, 3)\n"
        "os.execvp('sleep', ['sleep', '3600'])\n"
    )
    made = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], capture_output=True, check=True)
    yield Status(f"child {int(made.stdout)}")
    await asyncio.sleep(3600)
