"""Streams an answer of a model that does not come to its end."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event
from bus.wire.worker import JobSpec
from tests.fakes.scripts import named
from tests.workers.models._over_a_model import ask


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    async for event in ask(job, context, named("flights", words=1_000_000, delay_s=0.005)):
        yield event
