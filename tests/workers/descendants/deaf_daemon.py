"""Leaves a daemon that has let go of everything: session, descriptors, folder, environment; and ignores signals."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import python, stay

_DAEMON = """
import os, signal, sys
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
os.chdir("/")
print(os.getpid(), flush=True)
os.closerange(0, 1024)
os.execve(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(3600)"], {})
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    (pid,) = await python(_DAEMON)
    yield Status(f"children {pid}")
    await stay(job)
