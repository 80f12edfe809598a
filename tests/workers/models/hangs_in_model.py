"""Asks a model's server that takes the question and says nothing."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event
from bus.wire.worker import JobSpec
from tests.fakes.replies import Say
from tests.workers.models._over_a_model import ask


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    async for event in ask(job, context, lambda _: Say(then="silence")):
        yield event
