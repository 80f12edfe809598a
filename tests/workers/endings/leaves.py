"""Says fifty words, and then leaves in the way that the question names."""

import asyncio
import sys
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext, AgentOutput
from bus.wire.worker import JobSpec


class Unshowable(Exception):
    """An error whose own words are broken."""

    def __repr__(self) -> str:
        raise RuntimeError("no words")

    __str__ = __repr__


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[AgentOutput]:
    for number in range(50):
        yield f"word{number} "
    match job.question:
        case "exit":
            sys.exit(7)
        case "interrupt":
            raise KeyboardInterrupt
        case "generator exit":
            raise GeneratorExit
        case "unshowable":
            raise Unshowable
        case "long error":
            raise ValueError("x" * 3_000_000)
        case "exit in a task":
            await asyncio.gather(asyncio.create_task(_leave()))
        case "exit in a callback":
            asyncio.get_running_loop().call_soon(sys.exit, 7)
            await asyncio.sleep(3600)


async def _leave() -> None:
    sys.exit(7)
