"""What every worker does, done before any is forked, so that what the first time costs is paid once for all.

The engine binds its functions, the planner builds its tables, the interpreter specialises the code: what is written
into memory now is shared by every worker, and not done again in each [a quarter less processor time for a statement,
three quarters less for planning a question].
"""

import asyncio
import ctypes
import gc

from agent_worker.agents.parquet import agent as parquet
from agent_worker.catalog.files.layout import fingerprint
from agent_worker.data_folder import SAMPLE_DATA
from agent_worker.offline import planner as offline
from agent_worker.plan import Plan
from agent_worker.runtime.event_loop import CountingLoop
from agent_worker.runtime.worker import WorkerRuntime
from agent_worker.sandbox.restrict import interpreter_paths
from bus.contract.agents import BUNDLED_AGENTS
from bus.contract.catalog import Catalog, CatalogColumn, CatalogTable
from bus.contract.data_place import DataPlace
from bus.contract.events import JobEvent
from bus.contract.settings import LlmSettings, Settings
from bus.transport.channel import Channel
from bus.transport.codec import Decoder, encode
from bus.transport.sockets import Context, bind_collector, bind_router, new_context
from bus.wire.worker import (
    MAX_CONTROL_BYTES,
    MAX_MESSAGE_BYTES,
    Acknowledge,
    AnyWorkerMessage,
    Assign,
    EventBatch,
    Finished,
    JobSpec,
    WorkerSpec,
)

ROUNDS = 3
"""More of them bring nothing that can be measured."""

_COLUMNS = (
    CatalogColumn("colour", "VARCHAR", values=("blue", "red")),
    CatalogColumn("size", "BIGINT"),
    CatalogColumn("made", "DATE"),
)
CATALOG = Catalog((CatalogTable("things", _COLUMNS, row_count=100, files=()),), fingerprint=fingerprint(SAMPLE_DATA))
QUESTION = "average size per colour in March 2013"
CONTROL, COLLECTOR = "inproc://control", "inproc://collector"
NO_FOLDER = "/nonexistent"
"""The scratch folder, which need not exist: so small a statement writes nothing."""

ENDS_WITHIN_S = 30.0

_decode_message: Decoder[AnyWorkerMessage] = Decoder(AnyWorkerMessage)
_decode_events: Decoder[list[JobEvent]] = Decoder(list[JobEvent])


def warm_up() -> tuple[Plan, list[JobEvent]]:
    """The last plan and the last answer. Leaves no thread behind, which a fork would lose: those of the bus end with
    its contexts, those of the engines with the memory that is given back. Raises TimeoutError."""
    interpreter_paths()
    for _ in range(ROUNDS):
        plan = offline.plan(QUESTION, CATALOG, ())
        loop = CountingLoop()
        events = loop.run_until_complete(_serve_a_job(loop))
        loop.close()
    _give_back()
    return plan, events


async def _serve_a_job(loop: CountingLoop) -> list[JobEvent]:
    """Live a worker's life without what `bootstrap` does to its process, which cannot be undone; returns its events."""
    context = new_context()
    settings = Settings(llm=LlmSettings(api_key_env=""))
    agent = BUNDLED_AGENTS["sql"]
    spec = WorkerSpec(bytes(16), "sql", agent, CONTROL, COLLECTOR, NO_FOLDER, DataPlace(), settings)
    partner = _Partner(context)
    worker = WorkerRuntime(spec, parquet, None, loop, context)
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await worker.live()
    finally:
        worker.close()
        partner.close()
        context.term()
    return partner.events


class _Partner:
    """The supervisor's part: hands the worker a statement, keeps its events, and acknowledges the last one."""

    def __init__(self, context: Context) -> None:
        self.events: list[JobEvent] = []
        self._control = Channel(bind_router(context, CONTROL, MAX_CONTROL_BYTES), self._on_control)
        self._collector = Channel(bind_collector(context, COLLECTOR, MAX_MESSAGE_BYTES), self._on_event)
        self._worker = b""

    def _on_control(self, frames: list[bytes]) -> None:
        self._worker = frames[0]
        job = JobSpec("warm-up", "nobody", "SELECT 1", encoded_catalog=encode(CATALOG))
        self._control.send([self._worker, encode(Assign(job))])

    def _on_event(self, frames: list[bytes]) -> None:
        match _decode_message(frames[0]):
            case EventBatch(blob=blob):
                self.events += _decode_events(blob)
            case Finished(first=first):
                self._control.send([self._worker, encode(Acknowledge(first))])

    def close(self) -> None:
        self._control.close()
        self._collector.close()


def _give_back() -> None:
    """Give memory that is free again back to the system: each fork would carry it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none
    if trim is not None:
        trim(0)
