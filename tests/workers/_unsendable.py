"""Says something that cannot be sent between two things that can: what has no encoding, or what is too large if the
question is `large`."""

from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Chart, Event, Status
from bus.wire.worker import MAX_MESSAGE_BYTES, JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("before")
    unsendable = "x" * (MAX_MESSAGE_BYTES + 1) if job.question == "large" else object()
    context.emit(Chart({"data": unsendable}))
    yield Status("after")
