"""The agent that writes the history; the supervisor starts it, and marks in the log what it has done."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.agents.history.roll_up import roll_up
from agent_worker.context import AgentContext, AgentError
from agent_worker.sandbox.restrict import SandboxSpec
from bus.contract.events import Event, Status
from bus.log import LOG_NAME
from bus.wire.worker import JobSpec, WorkerSpec


def needs(spec: WorkerSpec) -> SandboxSpec:
    """The sandbox of the agent that writes the history: it reads the log (its files, not the bus's key beside them),
    and writes the history."""
    log = Path(spec.data.folder).parent / LOG_NAME
    return SandboxSpec(
        scratch=spec.scratch, read=tuple(f"{log}{part}" for part in ("", "-wal", "-shm")), write=(spec.data.folder,)
    )


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    """Roll every ended job up that does not stand in the history yet."""
    folder = Path(context.data_folder)
    loop = asyncio.get_running_loop()

    def say(words: str) -> None:
        loop.call_soon_threadsafe(context.emit, Status(words))

    try:
        context.rolled_up = await asyncio.to_thread(
            roll_up, folder.parent / LOG_NAME, folder, context.settings.history if job.may_trim else None, say
        )
    except OSError as error:
        hint = f"make room, and let us write {folder}; nothing is lost, the log keeps what is not in the history yet"
        raise AgentError(f"the history cannot be written: {error}", code="history", hint=hint) from error
    yield Status(f"{len(context.rolled_up)} jobs of the log are in the history")
