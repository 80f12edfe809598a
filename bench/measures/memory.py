"""Memory while jobs are held: each worker with the engine connected and the model's client made."""

from pathlib import Path

import psutil

from bench.harness.client import is_chunk, is_last
from bench.harness.figures import Figure, spread
from bench.harness.system import System, running_system

NOBODY = "http://127.0.0.1:9"
"""Makes a worker make its model's client; nothing is ever sent there."""

TARGETS = {20: (20.0, 550.0)}


async def memory(levels: list[int]) -> list[Figure]:
    """Proportional set sizes: pages that several processes share count once in the sum."""
    figures: list[Figure] = []
    async with running_system({"llm.base_url": NOBODY}) as system, system.client() as client:
        held: list[str] = []
        for level in levels:
            while len(held) < level:
                held.append(await client.ask("waits", "hold"))
                await client.until(is_chunk)
            figures += _figures(system, level)
        for session_id in held:
            await client.send("agent_kill", session_id=session_id, now=True)
        for _ in held:
            await client.until(is_last)
    return figures


def _figures(system: System, level: int) -> list[Figure]:
    of_worker, of_system = TARGETS.get(level, (0.0, 0.0))
    supervisor = psutil.Process(system.supervisor.process.pid)
    tree = [supervisor, *supervisor.children(recursive=True), psutil.Process(system.gateway.process.pid)]
    workers = [pss_mib(process.pid) for process in tree if _is_worker(system, process)]
    programs = {"supervisor": supervisor.pid, "gateway": system.gateway.process.pid}
    figures = [
        _figure(f"a worker, {level} jobs held", workers, of_worker),
        _figure(f"whole system, {level} jobs held", [sum(pss_mib(process.pid) for process in tree)], of_system),
    ]
    return figures + [_figure(f"{name}, {level} jobs held", [pss_mib(pid)]) for name, pid in programs.items()]


def _figure(name: str, values: list[float], target: float = 0.0) -> Figure:
    return Figure(name, "MiB", spread(values), targets={"median": target} if target else {})


def pss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} says nothing of its memory")


def _is_worker(system: System, process: psutil.Process) -> bool:
    """Workers work in scratch folders."""
    return "/scratch/" in process.cwd()
