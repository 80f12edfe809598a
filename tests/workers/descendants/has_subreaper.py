"""Has a child that is a subreaper of its own, deaf, with deaf orphans in other sessions beneath it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

_SUBREAPER = """
import ctypes, os, signal, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
out, into = os.pipe()
if not os.fork():
    for _ in range(3):
        if not os.fork():
            os.setsid()
            os.write(into, b"%d " % os.getpid())
            time.sleep(3600)
    os._exit(0)
os.wait()
said = b""
while said.count(b" ") < 3:
    said += os.read(out, 100)
print(os.getpid(), said.decode(), flush=True)
time.sleep(3600)
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    child = subprocess.Popen(
        [sys.executable, "-S", "-c", _SUBREAPER], stdout=subprocess.PIPE, start_new_session=True, text=True
    )
    assert child.stdout is not None
    yield Status(f"children {(await asyncio.to_thread(child.stdout.readline)).strip()}")
    await stay(job)
