"""Opens connection after connection to the socket that it is told, from its children."""

import os
import socket
import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers._staying import stay

CHILDREN, EACH = 4, 500


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("connecting")
    for _ in range(CHILDREN):
        if os.fork() == 0:
            kept = [socket.socket(socket.AF_UNIX) for _ in range(EACH)]
            for one in kept:
                one.connect(job.question)
            time.sleep(3600)
    await stay(job)
