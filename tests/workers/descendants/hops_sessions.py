"""Has three children, each another process in another session every moment; they give up after 20,000 hops."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

_HOP = """
import os
for _ in range(20_000):
    if os.fork():
        os._exit(0)
    os.setsid()
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # its zombies would fill the table of processes
    for _ in range(3):
        subprocess.Popen([sys.executable, "-S", "-c", _HOP], start_new_session=True)
    yield Status("fleeing")
    await stay(job)
