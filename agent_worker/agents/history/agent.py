"""The agent that answers operators' questions about ended jobs: the Parquet agent, with the history as its data."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from agent_worker.agents.backends import Backends
from agent_worker.agents.catalog.agent import read
from agent_worker.agents.history import files
from agent_worker.agents.history.rows import OUTCOMES
from agent_worker.agents.parquet import agent as parquet
from agent_worker.context import AgentContext, AgentError
from bus.contract.catalog import Catalog, CatalogColumn
from bus.contract.events import Event
from bus.contract.vocabulary import ENDED, Reason, Rung
from bus.transport.codec import encode
from bus.wire.worker import JobSpec

_WORDS = {
    **dict.fromkeys(("job_id", "session_id", "conversation_id", "question", "error", "stderr", "stack", "event"), ()),
    "state": tuple(sorted(ENDED)),
    "reason": tuple(sorted(Reason)),
    "rung": tuple(Rung),
    "outcome": OUTCOMES,
}
"""Values of columns that people may name. Ids and texts are left out: a planner that knew them would take one question
for another. The other values are known even before any job has ended with them."""

_DAYS_AGO = {"today": 0, "yesterday": 1}


def prepare(context: AgentContext) -> Backends:
    """The engine and the model of any question about data; days begin and end in UTC, as the history has them."""
    os.environ["TZ"] = "UTC"  # the engine's current_date
    time.tzset()
    return parquet.prepare(context)


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """planner → executor → answer, over the tables `jobs` and `events`."""
    folder = Path(context.data_folder)
    if not files.days(folder):
        raise AgentError("The history is still empty.", code="no_history", hint="ask again when a job has ended")
    catalog = with_words(await asyncio.to_thread(read, context, None))
    job = replace(job, encoded_catalog=encode(catalog))
    backends: Backends = context.prepared
    if backends.model is None and not backends.engine.looks_like_sql(job.question):
        job = _dated(job, datetime.now(UTC).date())
    async for event in parquet.run(job, context):
        yield event


def with_words(catalog: Catalog) -> Catalog:
    """The catalog with the values that a question may name, whatever values there are so far."""
    tables = [replace(table, columns=tuple(map(_with_words, table.columns))) for table in catalog.tables]
    return replace(catalog, tables=tuple(tables))


def _with_words(column: CatalogColumn) -> CatalogColumn:
    if column.name not in _WORDS:
        return column
    return replace(column, values=_WORDS[column.name], minimum=None, maximum=None)


def with_dates(question: str, today: date) -> str:
    """The question with dates for "today" and "yesterday", which a planner without a clock cannot know."""

    def dated(match: re.Match[str]) -> str:
        return f"on {today - timedelta(days=_DAYS_AGO[match[1].lower()])}"

    return re.sub(r"\b(today|yesterday)\b", dated, question, flags=re.IGNORECASE)


def _dated(job: JobSpec, today: date) -> JobSpec:
    more = job.user_clarification
    return replace(job, question=with_dates(job.question, today), user_clarification=more and with_dates(more, today))
