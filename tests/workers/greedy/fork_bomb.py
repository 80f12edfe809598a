"""Doubles a process eight times: 256 of them, each deaf and in a session of its own."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.system.orphans import descendants
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

BOMB = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(8):
    os.fork()
    os.getpid() == os.getsid(0) or os.setsid()
time.sleep(3600)
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    subprocess.Popen([sys.executable, "-S", "-c", BOMB], start_new_session=True)
    yield Status("lit")
    children = await asyncio.to_thread(_all)
    yield Status(f"children {' '.join(map(str, children))}")
    await stay(job)


def _all() -> list[int]:
    """Every process of the bomb, once it has gone off."""
    while len(found := descendants(os.getpid())) < 256:
        time.sleep(0.02)
    return found
