"""What every worker does, done before any is forked, so that what the first time costs is paid once for all.

The engine binds its functions, the planner builds its tables, the interpreter specialises the code: what is written
into memory now is shared by every worker, and not done again in each [a quarter less processor time for a statement,
three quarters less for planning a question].
"""

import asyncio
import ctypes
from pathlib import Path

from agent_worker import offline
from agent_worker.catalog import fingerprint
from agent_worker.context import AgentContext
from agent_worker.parquet import prepare, run_typed_sql
from agent_worker.plan import Plan
from agent_worker.sandbox import interpreter_paths
from agent_worker.workplace import SAMPLE_DATA, Workplace
from bus.catalog import Catalog, CatalogColumn, CatalogTable
from bus.codec import encode
from bus.events import Event
from bus.settings import LlmSettings, Settings
from bus.worker_wire import JobSpec

ROUNDS = 3
"""More of them bring nothing that can be measured."""

_COLUMNS = (
    CatalogColumn("colour", "VARCHAR", values=("blue", "red")),
    CatalogColumn("size", "BIGINT"),
    CatalogColumn("made", "DATE"),
)
CATALOG = Catalog((CatalogTable("things", _COLUMNS, row_count=100, files=()),), fingerprint=fingerprint(SAMPLE_DATA))
QUESTION = "average size per colour in March 2013"
NO_FOLDER = Path("/nonexistent")
"""So small a statement writes nothing."""


def rehearse() -> tuple[Plan, list[Event]]:
    """The last plan and the last answer. Leaves no thread behind, which a fork would lose: those of the engine end with
    its connection, those of the loop with the loop."""
    interpreter_paths()
    for _ in range(ROUNDS):
        plan = offline.plan(QUESTION, CATALOG, ())
        events = asyncio.run(_answer())
    _give_back()
    return plan, events


async def _answer() -> list[Event]:
    events: list[Event] = []
    context = AgentContext(Settings(llm=LlmSettings(api_key_env="")), {}, "", NO_FOLDER)
    context.connect(events.append)
    workplace: Workplace = prepare(context)
    context.prepared = workplace
    job = JobSpec("rehearsal", "nobody", "SELECT 1", encoded_catalog=encode(CATALOG))
    async for event in run_typed_sql(job, context):
        events.append(event)
    workplace.engine.close()
    return events


def _give_back() -> None:
    """Memory that is free again: each fork would carry it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
    if trim is not None:
        trim(0)
