"""The settings of servers that pages are opened of, and the programs that `serve` runs."""

import json
from collections.abc import Sequence

import psutil

from bus.contract.vocabulary import Rung
from tests.e2e.cli_runner import Server
from tests.harness.jobs.graces import GENEROUS_S, ending_on

NO_MODEL = '[llm]\napi_key_env = "DEADSTOP_TESTS_SET_NO_SUCH_KEY"\n' + ending_on(Rung.TERMINATE)


def zoo(max_running: int = 1, preload: Sequence[str] = ("agent_worker.warmup.preload",)) -> str:
    """Settings of a server whose agent is every animal of the zoo, loaded once beside what `preload` names."""
    return f"""
[worker]
preload = {json.dumps([*preload, "tests.browser.harness.agents"])}
[agent]
default = "zoo"
[agents.zoo]
entrypoint = "tests.browser.harness.agents:run"
[limits]
max_running = {max_running}
[supervisor]
cancel_grace_s = 3.0
terminate_grace_s = {GENEROUS_S}
disconnect_grace_s = 3.0
"""


def pid_of(server: Server, module: str) -> int:
    """The process of `supervisor` or `gateway`."""
    children = psutil.Process(server.program.process.pid).children()
    return next(child.pid for child in children if child.cmdline()[-1] == module)
