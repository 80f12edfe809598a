"""Leaves as many daemons as the question says (200 if it says nothing), each forked twice, deaf, and in a session of
its own, from a worker that has given up being a subreaper, unless the question goes on with `kept`."""

import ctypes
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import python, stay

DEFAULT = 200
TOLD_AT_ONCE = 50
_SET_CHILD_SUBREAPER = 36

_DAEMONS = """
import os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range({count}):
    if os.fork():
        os.wait()
        continue
    os.setsid()
    if os.fork():
        os._exit(0)
    os.write(1, b"%d\\n" % os.getpid())
    os.closerange(0, 3)
    signal.pause()
"""


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    number, *kept = job.question.split()
    if not kept:
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
    count = int(number) if number.isdecimal() else DEFAULT
    pids = await python(_DAEMONS.format(count=count))
    for first in range(0, count, TOLD_AT_ONCE):
        yield Status(f"children {' '.join(map(str, pids[first : first + TOLD_AT_ONCE]))}")
    yield Status("all are there")
    await stay(job)
