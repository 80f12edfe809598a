"""Never becomes ready: its preparation does not end."""

import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("never seen")


def prepare(context: AgentContext) -> None:
    time.sleep(3600)
