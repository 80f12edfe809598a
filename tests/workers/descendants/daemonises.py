"""Leaves a daemonised grandchild behind."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import python, stay

_DAEMON = """
import os
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
print(os.getpid(), flush=True)
os.closerange(0, 3)
os.execvp("sleep", ["sleep", "3600"])
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    (pid,) = await python(_DAEMON)
    yield Status(f"children {pid}")
    await stay(job)
