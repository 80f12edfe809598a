"""An agent that tells what its process was started with, and what its environment is now."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from agent_worker.context import AgentContext
from bus.contract.events import Event, ResponseChunk
from bus.wire.worker import JobSpec


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield ResponseChunk("response", json.dumps([_started_with(), dict(os.environ)]))


def _started_with() -> str:
    return Path("/proc/self/environ").read_bytes().decode()
