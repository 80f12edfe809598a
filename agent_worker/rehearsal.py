"""A question asked and answered before any worker is forked, so that what the first time costs is paid once for all.

The engine binds its functions and fills its heap, the interpreter specialises the code: what is written into memory
now is shared by every worker, and not done again in each [a quarter less CPU for a job of the `sql` agent].
"""

import asyncio
import tempfile
from pathlib import Path

from agent_worker.catalog import fingerprint
from agent_worker.context import AgentContext
from agent_worker.parquet import prepare, run_typed_sql
from agent_worker.sandbox import interpreter_paths
from agent_worker.workplace import SAMPLE_DATA, Workplace
from bus.catalog import Catalog
from bus.codec import encode
from bus.settings import LlmSettings, Settings
from bus.worker_wire import JobSpec

ROUNDS = 3
"""More of them bring nothing that can be measured."""


def rehearse() -> None:
    """Leaves no thread behind, which a fork would lose: those of the engine end with its connection, those of the loop
    with the loop. Raises RuntimeError if one has stayed."""
    before = _threads()
    interpreter_paths()
    with tempfile.TemporaryDirectory(prefix="deadstop-") as scratch:
        for _ in range(ROUNDS):
            asyncio.run(_answer(Path(scratch)))
    if more := _threads() - before:
        raise RuntimeError(f"{more} threads stayed after the rehearsal: no worker may be forked beside them")


def _threads() -> int:
    return len(list(Path("/proc/self/task").iterdir()))


async def _answer(scratch: Path) -> None:
    nowhere = Settings(llm=LlmSettings(api_key_env=""))
    context = AgentContext(nowhere, {}, "", scratch)
    context.connect(lambda event: None)
    workplace: Workplace = prepare(context)
    context.prepared = workplace
    nothing = encode(Catalog((), fingerprint=fingerprint(SAMPLE_DATA)))
    async for _ in run_typed_sql(JobSpec("rehearsal", "nobody", "SELECT 1", encoded_catalog=nothing), context):
        pass
    workplace.engine.close()
