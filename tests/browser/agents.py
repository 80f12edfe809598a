"""One agent that is every animal of the zoo: pages offer no choice of agents, so the question's first word names it."""

from collections.abc import AsyncIterator
from importlib import import_module

import msgspec

from agent_worker.context import AgentContext
from bus.events import Event
from bus.worker_wire import JobSpec
from tests.workers import ZOO

# All at once: a worker that has been fenced in can read no more modules of ours.
ANIMALS = {name: import_module(entrypoint.partition(":")[0]).run for name, entrypoint in ZOO.items()}


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """The animal gets what follows its name as its question. Raises `KeyError` for one that the zoo has not."""
    name, _, rest = job.question.partition(" ")
    async for event in ANIMALS[name](msgspec.structs.replace(job, question=rest), context):
        yield event
