"""Fails, and gives as its reason that somebody has stopped it."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext, AgentError
from bus.contract.events import Event, Status
from bus.contract.vocabulary import Reason
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("failing")
    raise AgentError("it was not me", reason=Reason.USER)
