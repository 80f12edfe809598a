"""Says something that cannot be sent between two things that can: what has no encoding, or what is too large if the
question is `large`."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Chart, Column, Event, Status, TableSchema
from bus.wire.worker import MAX_MESSAGE_BYTES, JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("before")
    large = TableSchema([Column("x" * (MAX_MESSAGE_BYTES + 1), "VARCHAR")])
    context.emit(large if job.question == "large" else Chart({"data": object()}))
    yield Status("after")
