"""A whole Deadstop to measure: a supervisor and a gateway of its own, in processes of their own."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.harness.client import Client, connected
from tests.harness.gateways import TOKENS, RunningGateway, running_gateway
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import ZOO

AGENTS = {
    "nothing": "bench.harness.agents:nothing",
    "says_hello": "bench.harness.agents:says_hello",
    "ticks": "ops.load.agents:chats",
    "floods": "ops.load.agents:floods",
    "waits": "bench.harness.agents_ready:waits",
}
MISBEHAVING = ("spins_in_python",)

SETTINGS: dict[str, Any] = {
    "worker.preload": ["agent_worker.warmup.preload", "bench.harness.agents", "ops.load.agents"],
    "limits.max_running": 400,
    "limits.max_running_per_user": 400,
    "limits.max_queued": 2000,
    "limits.max_queued_per_user": 2000,
    "gateway.max_frames_per_s": 2000,
    **{f"agents.{name}": {"entrypoint": entrypoint} for name, entrypoint in AGENTS.items()},
    **{f"agents.{name}": {"entrypoint": ZOO[name], "sandbox": False} for name in MISBEHAVING},
}


@dataclass
class System:
    supervisor: Supervisor
    gateway: RunningGateway

    def client(self) -> AbstractAsyncContextManager[Client]:
        """A new connection of a user; events come in lists."""
        return connected(self.gateway.http, self.gateway.url, TOKENS["ann"])


@asynccontextmanager
async def running_system(settings: dict[str, Any] | None = None) -> AsyncIterator[System]:
    """`settings` are dotted; ended afterwards, and nothing of it may be left."""
    every = SETTINGS | (settings or {})
    with tempfile.TemporaryDirectory(prefix="deadstop-bench-") as folder:
        async with (
            running_supervisor(Path(folder), every) as supervisor,
            running_gateway(supervisor.state_dir, every) as gateway,
        ):
            yield System(supervisor, gateway)
