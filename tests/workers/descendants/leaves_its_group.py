"""Has a daemon that moves itself out of the worker's control group, into the one that the question names."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

_LEAVE = """
import os, signal, sys
if os.fork(): os._exit(0)
os.setsid()
try:
    with open(sys.argv[1], "w") as procs:
        procs.write("0")
    print("children", os.getpid(), flush=True)
except OSError as error:
    print("refused:", error.strerror, flush=True)
os.closerange(0, 3)
signal.pause()
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    made = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-S", "-c", _LEAVE, f"{job.question}/cgroup.procs"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    yield Status(made.stdout.strip())
    await stay(job)
