"""Has a child that forks and exits over and over, so that its pid is never the same; it gives up after 5,000."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

_FLEE = """
import os
for _ in range(5000):
    if os.fork():
        os._exit(0)
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # its zombies would fill the table of processes
    subprocess.Popen([sys.executable, "-S", "-c", _FLEE], start_new_session=True)
    yield Status("fleeing")
    await stay(job)
