"""Doubles a process eight times while it prepares, and never becomes ready."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator

from agent_worker.context import AgentContext
from bus.contract.events import Event, Status
from bus.wire.worker import JobSpec
from tests.workers.greedy.fork_bomb import BOMB


async def run(job: JobSpec, context: AgentContext) -> AsyncIterator[Event]:
    yield Status("never seen")


def prepare(context: AgentContext) -> None:
    subprocess.Popen([sys.executable, "-S", "-c", BOMB], start_new_session=True)
    time.sleep(3600)
