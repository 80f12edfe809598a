"""The agent that answers operators' questions about ended jobs: the Parquet agent, with the history as its data."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker import parquet
from agent_worker.context import AgentContext, AgentError
from agent_worker.history import files
from agent_worker.workplace import Workplace
from bus.events import Event
from bus.worker_wire import JobSpec


def prepare(context: AgentContext) -> Workplace:
    """As for any data, with the days as the history has them."""
    os.environ["TZ"] = "UTC"  # the engine's current_date
    time.tzset()
    return parquet.prepare(context)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """planner → executor → answer, over the tables `jobs` and `events`."""
    if not files.days(Path(context.data_folder)):
        raise AgentError(
            "The history is still empty.",
            code="no_history",
            hint="ended jobs are taken into it every [history] roll_up_every_s, and by `deadstop history`",
        )
    async for event in parquet.run(job, context):
        yield event
