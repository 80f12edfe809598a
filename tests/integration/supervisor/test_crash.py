"""What a crash leaves: nothing that runs, and nothing that was said lost."""

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from bus.client import BusClient
from bus.contract.events import Completed, Failed, Killed, ResponseChunk
from bus.contract.vocabulary import Reason, State
from bus.log import LogReader
from bus.wire.commands import ListJobs
from bus.wire.replies import Jobs
from tests.harness.jobs.descriptors import no_descriptor_left
from tests.harness.jobs.graces import GENEROUS_S
from tests.harness.jobs.job_processes import outside
from tests.harness.servers import (
    OPERATOR,
    ROOT,
    Supervisor,
    assert_nothing_left,
    eventually,
    is_gone,
    running_supervisor,
    start_supervisor,
)
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.usefixtures("each_form")

GATE = "DEADSTOP_TESTS_GATE"


async def test_no_worker_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    state_dir = tmp_path / "state"
    process = await start_supervisor(state_dir, zoo_settings())
    supervisor = Supervisor(state_dir, process, BusClient.connect(state_dir))
    animals = ("sleeps", "spins_in_c", "ignores_signals", "counts")
    jobs = [await supervisor.running(animal) for animal in animals[:3]]
    jobs.append(await supervisor.submit("100000000", "counts"))
    await supervisor.until(jobs[-1], ResponseChunk)
    pids = [await worker_of(supervisor, job) for job in jobs]
    before = [await said_so_far(supervisor, job) for job in jobs]
    process.kill()
    await process.wait()
    await eventually(
        lambda: all(map(is_gone, pids)),
        f"workers {pids} outlived their supervisor",
    )

    supervisor.process = await start_supervisor(state_dir, zoo_settings())
    for job, earlier in zip(jobs, before, strict=True):
        events = await supervisor.events(job)
        assert events[: len(earlier)] == earlier
        endings = [event for _, event in events if isinstance(event, Failed)]
        assert [ending.code for ending in endings] == [Reason.SUPERVISOR_LOST]
        assert events[-1][1] == endings[0]
        assert (await supervisor.record(job)).summary.state is State.FAILED
    supervisor.client.close()
    assert await supervisor.end() == 0
    assert_nothing_left(state_dir)


async def worker_of(supervisor: Supervisor, job_id: str) -> int:
    """The job's process, by the number that this machine has for it."""
    pid = await supervisor.pid(job_id)
    worker = outside(supervisor, pid)
    assert worker is not None
    return worker


async def said_so_far(supervisor: Supervisor, job_id: str) -> list[tuple[int, object]]:
    """What the log holds of a job by now: all of it has been acknowledged to the worker."""
    reader = LogReader(supervisor.state_dir / "log.sqlite")
    events = [pair for batch in reader.read(job_id, 0) for pair in batch.events()]
    reader.close()
    return list(events)


async def test_a_killed_fork_server_costs_its_jobs_and_nothing_else(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        job_id = await supervisor.running("sleeps")
        pid = await worker_of(supervisor, job_id)
        psutil.Process(pid).parent().kill()  # type: ignore[union-attr]
        *_, (_, ending) = await supervisor.events(job_id)
        assert isinstance(ending, Failed)
        assert ending.code == Reason.WORKER_DIED
        assert "The worker ended with its fork server, which has died, before it had finished" in ending.error
        assert is_gone(pid)
        assert await supervisor.running("echoes")


async def test_a_stopped_fork_server_goes_on_and_costs_no_job(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        running = await supervisor.running("sleeps")
        server = psutil.Process(supervisor.process.pid).children()[0]
        server.suspend()
        waiting = await supervisor.submit("hello", "echoes")
        assert isinstance((await supervisor.events(waiting))[-1][1], Completed)
        server.suspend()
        await supervisor.stop(running)
        assert isinstance((await supervisor.events(running))[-1][1], Killed)
        assert server.is_running()


async def test_a_stopped_fork_server_goes_on_although_nobody_can_look_at_it(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        running = await supervisor.running("sleeps")
        server = psutil.Process(supervisor.process.pid).children()[0]
        server.suspend()
        with no_descriptor_left(supervisor.process.pid):
            failing = await supervisor.submit("hello", "echoes")
            await eventually(lambda: server.status() != psutil.STATUS_STOPPED, "it was not told to go on")
        assert isinstance((await supervisor.events(failing))[-1][1], Failed | Completed)
        await supervisor.stop(running)
        assert isinstance((await supervisor.events(running))[-1][1], Killed)


async def test_a_worker_that_was_forked_by_a_fork_server_that_could_not_say_so_is_not_lost(tmp_path: Path) -> None:
    preload = ["agent_worker.warmup.preload", "tests.programs.preloads.stops_after_fork"]
    settings = {**zoo_settings(), "worker.start_timeout_s": 3.0, "worker.preload": preload}
    async with running_supervisor(tmp_path, settings) as supervisor:
        server = psutil.Process(supervisor.process.pid).children()[0]
        job_id = await supervisor.submit("go", "sleeps")
        await eventually(lambda: server.status() == psutil.STATUS_STOPPED, "the fork server was not stopped")
        unknown = server.children()
        assert unknown
        *_, (_, ending) = await supervisor.events(job_id)
        assert isinstance(ending, Failed)
        assert all(is_gone(worker.pid) for worker in unknown)


async def test_nobody_who_ends_waits_for_a_fork_server_that_is_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = tmp_path / "gate"
    monkeypatch.setenv(GATE, str(gate))
    loading = {"worker.preload": ["tests.programs.preloads.loads_when_allowed"], "worker.environment": [GATE]}
    patient = {"supervisor.shutdown_grace_s": 10 * GENEROUS_S}
    async with running_supervisor(tmp_path, {**zoo_settings(), **loading, **patient}) as supervisor:
        server = psutil.Process(supervisor.process.pid).children()[0]
        gate.touch()
        server.kill()
        await eventually(lambda: is_gone(server.pid), "the fork server was not reaped")
        job_id = await supervisor.submit("go", "sleeps")
        async with asyncio.timeout(GENEROUS_S):
            assert await supervisor.end() == 0
        reader = LogReader(supervisor.state_dir / "log.sqlite")
        (record,) = reader.record(job_id)
        assert (record.summary.state, record.summary.reason) == (State.CANCELLED, Reason.SHUTDOWN)
        assert record.summary.pid is None
        reader.close()


async def test_sigterm_stops_running_jobs_with_reason_shutdown(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, zoo_settings()) as supervisor:
        jobs = [await supervisor.running(animal) for animal in ("sleeps", "spins_in_c", "ignores_signals")]
        pids = [await worker_of(supervisor, job) for job in jobs]
        assert await supervisor.end() == 0
        assert all(map(is_gone, pids))
        reader = LogReader(supervisor.state_dir / "log.sqlite")
        records = {record.summary.job_id: record.summary for record in reader.records()}
        reader.close()
        assert [(records[job].state, records[job].reason) for job in jobs] == [
            (State.CANCELLED, Reason.SHUTDOWN)
        ] * len(jobs)


async def test_a_second_supervisor_is_refused_the_state_folder(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path) as supervisor:
        second = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "supervisor",
            cwd=ROOT,
            env={**os.environ, "DEADSTOP_SUPERVISOR__STATE_DIR": str(supervisor.state_dir)},
            stderr=asyncio.subprocess.PIPE,
        )
        _, stderr = await second.communicate()
        assert second.returncode == 2
        assert f"pid {supervisor.process.pid}" in stderr.decode()
        assert (await supervisor.client.request(ListJobs(OPERATOR), Jobs)).jobs is not None
