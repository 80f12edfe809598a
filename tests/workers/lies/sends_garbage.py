"""Sends garbage to every socket of the supervisor that it can reach."""

import asyncio
import os
from collections.abc import AsyncIterator

import zmq

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    runtime = context.scratch.parent.parent
    with zmq.Context() as sockets:
        for name, kind in (("collector", zmq.PUB), ("control", zmq.DEALER), ("commands", zmq.DEALER)):
            with sockets.socket(kind) as socket:
                socket.setsockopt(zmq.LINGER, 200)
                socket.connect(f"ipc://{runtime}/{name}.sock")
                await asyncio.sleep(0.1)
                for size in (0, 1, 16, 300):
                    socket.send_multipart([os.urandom(size) for _ in range(size % 7 + 1)])
    yield Status("garbage sent")
    await asyncio.sleep(3600)
