"""From the Stop button to the proof: `agent_kill` sent over the WebSocket, `agent_killed` received."""

import time
from dataclasses import dataclass

from bench.harness.client import BenchError, Client, is_chunk, is_last
from bench.harness.figures import Figure, Spread, spread
from bench.harness.system import System, running_system
from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, Show
from bus.wire.replies import JobShown
from ops.load.wire import WireEvent
from tests.harness.jobs.stuck import stuck_statement, until_inside_its_call

GRACE_S = 0.5
UNHURRIED_S = 60.0
"""However slow the machine is, what obeys is measured, and not ended."""
TICKS = "100000 0.02"


async def stops(runs: int, stuck_runs: int) -> list[Figure]:
    async with running_system({"supervisor.cancel_grace_s": UNHURRIED_S}) as system, system.client() as client:
        gentle = await _stops(system, client, _Stop("ticks", TICKS, runs, "cancel"))
        now = await _stops(system, client, _Stop("ticks", TICKS, runs, "kill", now=True))
        spinning = await _stops(system, client, _Stop("spins_in_python", "go", runs, "kill", now=True))
    async with running_system({"supervisor.cancel_grace_s": GRACE_S}) as system, system.client() as client:
        stuck = await _stops(system, client, _Stop("sql", stuck_statement(), stuck_runs, "terminate"))
        stuck_now = await _stops(system, client, _Stop("sql", stuck_statement(), stuck_runs, "kill", now=True))
    over = GRACE_S * 1000 + 50
    return [
        Figure("stop to proof, streaming worker", "ms", gentle, targets={"median": 10, "p95": 30}),
        Figure("stop `--now` to proof, streaming worker", "ms", now, targets={"median": 10}),
        Figure("stop `--now` to proof, worker that spins", "ms", spinning, targets={"median": 10}),
        Figure(
            "stop to proof, stuck in one native call", "ms", stuck, False, _exactly(GRACE_S * 1000, stuck_runs),
            "the grace it is given", {"median": over, "p95": over},
        ),
        Figure("stop `--now` to proof, stuck in one native call", "ms", stuck_now, targets={"median": 10}),
    ]  # fmt: skip


@dataclass(frozen=True)
class _Stop:
    """What is stopped, `runs` times, with SIGKILL at once or not, and on which `rung` it has to end."""

    agent: str
    question: str
    runs: int
    rung: str
    now: bool = False


async def _stops(system: System, client: Client, stop: _Stop) -> Spread:
    took = []
    for _ in range(stop.runs):
        session_id = await client.ask(stop.agent, stop.question)
        await client.until(is_statement if stop.agent == "sql" else is_chunk)
        if stop.agent == "sql":
            await until_inside_its_call(await _pid(system, session_id))
        started = time.perf_counter()
        await client.send("agent_kill", session_id=session_id, now=stop.now)
        end = await client.until(is_last)
        took.append((time.perf_counter() - started) * 1000)
        if (end.event, end.data.rung) != ("agent_killed", stop.rung):
            raise BenchError(f"{stop.agent} ended with {end.event} on rung {end.data.rung!r}, expected {stop.rung}")
    return spread(took)


async def _pid(system: System, session_id: str) -> int:
    shown = await system.supervisor.client.request(Show(Caller("ann", Role.USER), session_id=session_id), JobShown)
    if shown.record.summary.pid is None:
        raise BenchError(f"{session_id} has no worker")
    return shown.record.summary.pid


def is_statement(event: WireEvent) -> bool:
    return event.data.chunk is not None and event.data.chunk.type == "sql"


def _exactly(value: float, runs: int) -> Spread:
    return spread([value] * runs)
