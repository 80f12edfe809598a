"""Speaks in another worker's name, without knowing its token."""

import asyncio
import os
from collections.abc import AsyncIterator

import zmq

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status, Usage
from bus.transport.codec import encode
from bus.wire.worker import CancelledOutcome, Finished, JobSpec, Ready


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    runtime = context.scratch.parent.parent
    others = [path.name for path in context.scratch.parent.iterdir() if path.name != context.scratch.name]
    with zmq.Context() as sockets:
        for worker_id in others:
            with sockets.socket(zmq.DEALER) as socket:
                socket.setsockopt(zmq.LINGER, 200)
                socket.setsockopt(zmq.IDENTITY, f"{worker_id}x".encode())
                socket.connect(f"ipc://{runtime}/control.sock")
                socket.send(encode(Ready(os.urandom(16))))
        with sockets.socket(zmq.PUB) as socket:
            socket.setsockopt(zmq.LINGER, 200)
            socket.connect(f"ipc://{runtime}/collector.sock")
            await asyncio.sleep(0.1)
            socket.send(encode(Finished(os.urandom(16), 1, Usage(), encode(CancelledOutcome()))))
    yield Status(f"claimed to be {len(others)} others")
    await asyncio.sleep(3600)
