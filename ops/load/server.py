"""The server that a load test starts for itself: a supervisor and a gateway on loopback, in a folder of their own."""

import contextlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bus.contract.settings import Settings
from bus.serve_contract import ServeOrders
from bus.system.orphans import descendants
from ops.load.plan import LoadPlan
from ops.load.streams import Broken
from ops.serve.child_process import Child, end_all, last_lines
from ops.serve.data_broker import BROKER, broker_orders, data_folder, program_environment
from ops.serve.listener import listen, url_of
from ops.serve.programs import END_MARGIN_S

OWN_AGENTS = ("chats", "floods", "hangs")
MORE_CONNECTIONS = 100
_PROC = Path("/proc")


@dataclass
class OwnServer:
    """Its address, a token for it, and how much memory it takes."""

    url: str
    token: str
    programs: list[Child]

    def memory_mib(self) -> tuple[float, float]:
        """(gateway and supervisor, the fork server and its workers): proportional set sizes."""
        programs = [child.pid for child in self.programs if child.pid is not None]
        below = [pid for program in programs for pid in descendants(program)]
        return sum(map(_pss_mib, programs)), sum(map(_pss_mib, below))


@contextlib.asynccontextmanager
async def own_server(
    config: Path | None, settings: Settings, plan: LoadPlan, jobs: int, broken: Broken
) -> AsyncIterator[OwnServer]:
    """Lives as long as the context. Afterwards nothing of it may be left: no process, no socket, no scratch folder."""
    lifeline, held = os.pipe()
    listener = listen("127.0.0.1", 0, named=True)
    token = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="deadstop-load-", ignore_cleanup_errors=True) as folder:
        runtime = Path(folder) / "run"
        overrides = {
            **_settings(plan, jobs),
            "supervisor.state_dir": folder,
            "bus.runtime_dir": str(runtime),
            "data.folder": data_folder(settings),
            "worker.preload": [*settings.worker.preload, "ops.load.agents"],
        }
        orders = ServeOrders(str(config) if config else None, overrides, lifeline_fd=lifeline)
        for_gateway = msgspec.structs.replace(orders, listen_fd=listener.fileno(), made_token=token)
        said = Path(folder) / "stderr"
        with said.open("wb") as stderr, broker_orders(orders, settings) as for_broker:
            environment = program_environment(settings)
            broker = [Child(BROKER, for_broker, os.environ, stderr)] if for_broker else []
            supervisor = Child("supervisor", orders, environment, stderr)
            programs = [supervisor, Child("gateway", for_gateway, environment, stderr)]
            try:
                for program in (*broker, *programs):
                    await program.start()
                yield OwnServer(url_of(listener, "").rstrip("/"), token, programs)
            finally:
                for child in await end_all(programs, settings.supervisor.shutdown_grace_s + END_MARGIN_S):
                    broken.tell(f"{child!r} had to be killed{last_lines(said)}")
                await end_all(broker, END_MARGIN_S)
                listener.close()
                os.close(held)
                os.close(lifeline)
        for what in left_behind(runtime):
            broken.tell(f"left behind: {what}")


def _settings(plan: LoadPlan, jobs: int) -> dict[str, object]:
    queued = max(1_000, 2 * plan.clients)
    return {
        "limits.max_running": jobs,
        "limits.max_running_per_user": jobs,
        "limits.max_queued": queued,
        "limits.max_queued_per_user": queued,
        "gateway.max_connections": plan.clients + MORE_CONNECTIONS,
        "gateway.max_connections_per_address": plan.clients + MORE_CONNECTIONS,
        **{f"agents.{name}": {"entrypoint": f"ops.load.agents:{name}"} for name in OWN_AGENTS},
    }


def left_behind(runtime: Path) -> list[str]:
    """Files in the runtime folder, and processes that work in it."""
    found = [str(path) for path in runtime.rglob("*")] if runtime.exists() else []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if str(entry.joinpath("cwd").readlink()).startswith(f"{runtime}/"):
                    found.append(f"process {entry.name}")
    return found


def _pss_mib(pid: int) -> float:
    try:
        lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
