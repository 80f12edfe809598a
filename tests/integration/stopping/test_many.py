"""Fifty jobs are stopped at once, and workers that spin keep nobody waiting."""

import asyncio
import itertools
import time
from pathlib import Path
from statistics import median

from bus.contract.events import Killed, Status
from bus.contract.models import MODEL_PRELOAD
from bus.contract.vocabulary import Rung
from bus.wire.commands import ListJobs
from bus.wire.replies import Jobs
from tests.e2e.cli_runner import deadstop
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import OPERATOR, Supervisor, is_gone, running_supervisor
from tests.harness.zoo import FLIGHTS, WHOLE

MIXED = (
    *("sleeps", "swallows_cancel", "ignores_signals", "spins_in_python", "spins_in_c", "stuck_in_engine"),
    *("forks_children", "leaves_sessions", "daemonises", "deaf_daemon", "has_subreaper", "stops_itself"),
    *("stops_heartbeat", "hangs_in_http", "hangs_in_model", "retries_overloaded_model", "streams_for_ever"),
    *("floods_events", "sends_garbage", "claims_another_job", "leaves_files"),
)

GREEDY = {"spins_in_python", "spins_in_c", "stuck_in_engine", "streams_for_ever", "floods_events", "sends_garbage"}
"""They take all the processor they get."""

ONE_AFTER_ANOTHER_MS = 25_000
"""Fifty ladders one after another would take twice as long at least; side by side it is 2 s where nothing else runs."""

WAITED_MS = (2_000, 20_000, 20_000)
"""For a reply, a stop and an answer: some tens of milliseconds, where twenty workers are all that spins. Whoever had to
wait for them would wait for ever."""

CROWDED = {
    **ROOMY,
    **FLIGHTS,
    "limits.max_running": 60,
    "limits.max_running_per_user": 60,
    "worker.heartbeat_timeout_s": 0.0,
}


LOADED = {**CROWDED, "worker.preload": [*WHOLE["worker.preload"], MODEL_PRELOAD]}
"""The same, where those that use the engine or a model need not each load it by themselves."""


async def test_kill_all_of_fifty_ends_them_side_by_side(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, LOADED) as supervisor:
        await kill_fifty(supervisor)


async def kill_fifty(supervisor: Supervisor) -> None:
    animals = list(itertools.islice(itertools.cycle(MIXED), 50))
    jobs: list[str] = []
    for greedy in (False, True):  # these last: the others would hardly get to start beside them
        jobs += await asyncio.gather(*(supervisor.running(each) for each in animals if (each in GREEDY) == greedy))
    pids = [await supervisor.pid(job_id) for job_id in jobs]
    done = await asyncio.to_thread(
        deadstop, supervisor.state_dir.parent, "kill", "--all", "--state-dir", str(supervisor.state_dir)
    )
    assert done.returncode == 0, done.stderr
    assert all(map(is_gone, pids))
    ends = [await ended(supervisor, job_id) for job_id in jobs]
    slowest = max(ends, key=lambda end: end.killed.ms)
    print(f"50 jobs: slowest {slowest.killed.ms:.0f} ms ({slowest.record.summary.agent})")
    assert {type(end.last) for end in ends} == {Killed}
    assert slowest.killed.ms < ONE_AFTER_ANOTHER_MS
    assert {end.killed.rung for end in ends if end.record.summary.agent == "ignores_signals"} == {Rung.KILL}


async def replies_ms(supervisor: Supervisor, count: int = 20) -> float:
    """How long the supervisor takes to answer a command, in milliseconds: the median."""
    took = []
    for _ in range(count):
        began = time.perf_counter()
        await supervisor.client.request(ListJobs(OPERATOR), Jobs)
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


async def echo_ms(supervisor: Supervisor) -> float:
    """From question to answer of a well-behaved agent, in milliseconds."""
    began = time.perf_counter()
    await supervisor.events(await supervisor.submit("hello", "echoes"))
    return (time.perf_counter() - began) * 1000


async def stop_ms(supervisor: Supervisor) -> float:
    """From the request to stop a well-behaved job until the proof, in milliseconds."""
    job_id = await supervisor.running("sleeps")
    await supervisor.stop(job_id)
    return (await ended(supervisor, job_id)).killed.ms


async def test_workers_that_spin_keep_nobody_waiting(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**CROWDED, **ENDING_ON[Rung.TERMINATE]}) as supervisor:
        await beside_spinning(supervisor)


async def beside_spinning(supervisor: Supervisor) -> None:
    await echo_ms(supervisor)  # the first one waits for the fork server
    before = [await replies_ms(supervisor), await stop_ms(supervisor), await echo_ms(supervisor)]
    spinning = [await supervisor.submit("go", animal) for animal in ("spins_in_c", "spins_in_python") * 10]
    for job_id in spinning:
        await supervisor.until(job_id, Status)
    during = [await replies_ms(supervisor), await stop_ms(supervisor), await echo_ms(supervisor)]
    for what, alone, crowded in zip(("reply", "stop", "echo"), before, during, strict=True):
        print(f"{what}: {alone:.1f} ms alone, {crowded:.1f} ms beside 20 spinning workers")
    assert all(took < limit for took, limit in zip(during, WAITED_MS, strict=True))
    for job_id in spinning:
        await supervisor.stop(job_id)
    assert {(await ended(supervisor, job_id)).killed.rung for job_id in spinning} == {Rung.TERMINATE}
