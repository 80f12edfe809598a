"""The bundled agent over a fake model server that lives in the same worker, so that it needs no settings."""

from collections.abc import AsyncIterator

import msgspec

from agent_worker.agents.parquet import agent as parquet
from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.fakes.messages_server import MessagesServer
from tests.fakes.replies import Script


async def ask(job: JobSpec, context: AgentContext, script: Script) -> AsyncIterator[Event]:
    """planner → executor → answer, with a model that replies as the script says."""
    async with MessagesServer(script) as server:
        llm = msgspec.structs.replace(
            context.settings.llm, base_url=server.url, max_retries=1000, max_retry_wait_s=0.2, read_timeout_s=3600
        )
        settings = msgspec.structs.replace(context.settings, llm=llm)
        own = AgentContext(settings, context.definition, context.data, context.scratch, context.outlet)
        own.prepared = parquet.prepare(own)
        context.usage = own.usage
        yield Status(f"asking {server.url}")
        async for event in parquet.run(job, own):
            yield event
