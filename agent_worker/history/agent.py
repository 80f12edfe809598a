"""The agent that answers operators' questions about ended jobs: the Parquet agent, with the history as its data."""

import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec

from agent_worker import parquet
from agent_worker.context import AgentContext, AgentError
from agent_worker.history import files
from agent_worker.workplace import Workplace
from bus.events import Event
from bus.worker_wire import JobSpec

_DAYS_AGO = {"today": 0, "yesterday": 1}


def prepare(context: AgentContext) -> Workplace:
    """As for any data, with the days as the history has them."""
    os.environ["TZ"] = "UTC"  # the engine's current_date
    time.tzset()
    return parquet.prepare(context)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """planner → executor → answer, over the tables `jobs` and `events`."""
    if not files.days(Path(context.data_folder)):
        raise AgentError("The history is still empty.", code="no_history", hint="ask again when a job has ended")
    workplace: Workplace = context.prepared
    if workplace.model is None and not workplace.engine.looks_like_sql(job.question):
        today = datetime.now(UTC).date()
        job = msgspec.structs.replace(
            job,
            question=with_dates(job.question, today),
            user_clarification=with_dates(job.user_clarification or "", today) or None,
        )
    async for event in parquet.run(job, context):
        yield event


def with_dates(question: str, today: date) -> str:
    """The question with dates for "today" and "yesterday", which a planner without a clock cannot know."""

    def dated(match: re.Match[str]) -> str:
        return f"on {today - timedelta(days=_DAYS_AGO[match[1].lower()])}"

    return re.sub(r"\b(today|yesterday)\b", dated, question, flags=re.IGNORECASE)
