"""An agent that has made everything ready that the bundled one uses, and then waits: for measuring memory."""

import asyncio
from collections.abc import AsyncIterator

from agent_worker.agents.parquet.agent import prepare
from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec

__all__ = ["prepare", "waits"]


async def waits(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Holds the engine and the model's client until it is stopped."""
    assert context.prepared.engine is not None
    assert context.prepared.model is not None
    yield Status("waiting")
    await asyncio.Event().wait()
