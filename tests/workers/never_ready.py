"""Never becomes ready: its preparation does not end."""

import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.events import Event, Status
from bus.worker_wire import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("never seen")


def prepare(context: AgentContext) -> None:
    time.sleep(3600)
