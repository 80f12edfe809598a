"""Leaves the bus's library no address space to queue in, so that it aborts the process."""

import resource
from collections.abc import AsyncIterator

import zmq

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("starving")
    sockets = zmq.Context()
    socket = sockets.socket(zmq.DEALER)
    socket.setsockopt(zmq.SNDHWM, 0)
    socket.connect(f"ipc://{context.scratch}/nobody.sock")
    resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
    while True:
        socket.send(b"x")
