"""A gateway under attack: how long a good user waits meanwhile, and what the gateway's memory comes to.

python -m bench.attack [--seconds S]
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import msgspec
import psutil

from bench.harness.figures import Figure, spread
from bench.harness.system import System, running_system
from tests.harness.gateways import TOKENS, Wire
from tests.harness.servers import ROOT

ASK_EVERY_S = 0.05
TARGET_P95_MS = 50.0
TARGET_MIB = 300.0


class Outcome(msgspec.Struct, frozen=True):
    """Milliseconds of each request of the good user, before and during; the gateway's memory in MiB, at most; and what
    was sent against it."""

    quiet_ms: list[float]
    http_ms: list[float]
    frame_ms: list[float]
    answered: int
    quiet_mib: float
    peak_mib: float
    attacks: dict[str, float]

    def figures(self) -> list[Figure]:
        quiet = spread(self.quiet_ms)
        within = {"p95": TARGET_P95_MS}
        name = "the same, not under attack"
        return [
            Figure("attack: a good user's request", "ms", spread(self.http_ms), False, quiet, name, within),
            Figure("attack: a good user's frame", "ms", spread(self.frame_ms), False, None, "", within),
            Figure("attack: memory of the gateway", "MiB", spread([self.peak_mib]), targets={"median": TARGET_MIB}),
        ]


async def attacked(seconds: float) -> Outcome:
    """Attack a gateway of our own for so long, with everything at once."""
    async with running_system() as system, system.gateway.wire("ann") as wire:
        quiet = await _timed(lambda: _request(system), min(seconds, 5.0))
        gateway = psutil.Process(system.gateway.process.pid)
        quiet_mib = _mib(gateway)
        attackers = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.harness.attackers", str(system.gateway.port), str(seconds), TOKENS["bob"]),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
        )
        watching = asyncio.create_task(_peak(gateway))
        http, frames, answered = await asyncio.gather(
            _timed(lambda: _request(system), seconds),
            _timed(lambda: _frame(wire), seconds),
            _answers(system, seconds),
        )
        said, _ = await asyncio.wait_for(attackers.communicate(), 30)
        watching.cancel()
        peak = await asyncio.gather(watching, return_exceptions=True)
        assert isinstance(peak[0], float), peak
        return Outcome(quiet, http, frames, answered, quiet_mib, peak[0], json.loads(said))


async def _timed(ask: Callable[[], Awaitable[None]], seconds: float) -> list[float]:
    found, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        await ask()
        found.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(ASK_EVERY_S)
    return found


async def _request(system: System) -> None:
    status, _ = await system.gateway.json("GET", "/api/jobs")
    assert status == 200


async def _frame(wire: Wire) -> None:
    await wire.send("agent_list")
    assert (await wire.next())["event"] == "agent_jobs"


async def _answers(system: System, seconds: float) -> int:
    """Questions that are asked and answered one after the other meanwhile."""
    until, number = time.monotonic() + seconds, 0
    async with system.gateway.wire("ann") as wire:
        while time.monotonic() < until:
            number += 1
            await wire.ask(f"during-{number}", "go", "says_hello")
            assert (await wire.stream())[-1]["event"] == "agent_complete"
            await asyncio.sleep(ASK_EVERY_S)
    return number


async def _peak(process: psutil.Process) -> float:
    peak = 0.0
    try:
        while True:
            peak = max(peak, _mib(process))
            await asyncio.sleep(0.1)
    except asyncio.CancelledError:
        return peak


def _mib(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.attack", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    outcome = asyncio.run(attacked(parser.parse_args().seconds))
    print(json.dumps({"attacks": outcome.attacks, "answered": outcome.answered, "quiet_mib": outcome.quiet_mib}))
    for figure in outcome.figures():
        print(f"{figure.name}: {msgspec.structs.asdict(figure.measured)} {figure.unit}, target {figure.targets}")
    sys.exit(1 if any(figure.missed() for figure in outcome.figures()) else 0)


if __name__ == "__main__":
    main()
