"""A supervisor that was away for a while, or has no descriptor left, neither blames its workers nor forgets a job."""

import signal
import sqlite3
from pathlib import Path

import psutil
import pytest

from bus.client import CommandRefused
from bus.contract.events import Completed, Killed
from bus.contract.vocabulary import State
from bus.log import LOG_NAME
from bus.transport.sockets import BusError
from bus.wire.commands import AnyCommand, Drain, ListJobs, Stop, Submit
from bus.wire.replies import AnyReply, Jobs, Stats, StopTaken, Submitted
from tests.harness.jobs.descriptors import no_descriptor_left
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import OPERATOR, PATIENCE_S, eventually, is_gone, running_supervisor


async def test_a_supervisor_that_was_suspended_does_not_blame_its_workers(tmp_path: Path) -> None:
    settings = {**ROOMY, "worker.heartbeat_timeout_s": 4.0, "worker.heartbeat_interval_s": 0.1}
    async with running_supervisor(tmp_path, settings) as supervisor:
        job_id = await supervisor.running("sleeps")
        supervisor.process.send_signal(signal.SIGSTOP)
        signal.sigtimedwait([], 6.0)  # nothing can tell us that enough time has passed but time
        supervisor.process.send_signal(signal.SIGCONT)
        await supervisor.record(job_id)
        await supervisor.stop(job_id)
        assert isinstance((await ended(supervisor, job_id)).last, Killed)


async def test_what_nobody_waits_for_any_more_is_not_carried_out(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        job_id = await supervisor.running("sleeps")
        supervisor.process.send_signal(signal.SIGSTOP)
        commands: list[tuple[AnyCommand, type[AnyReply]]] = [
            (Submit(OPERATOR, "late", "hello", agent="echoes"), Submitted),
            (Stop(OPERATOR, job_id=job_id), StopTaken),
            (Drain(OPERATOR), Stats),
        ]
        for command, reply in commands:
            with pytest.raises(BusError, match=r"the supervisor did not answer within 0\.05 s"):
                await supervisor.client.request(command, reply, timeout_s=0.05)
        supervisor.process.send_signal(signal.SIGCONT)
        jobs = (await supervisor.client.request(ListJobs(OPERATOR, ended=True), Jobs)).jobs
        states = {job.session_id: job.state for job in jobs if job.job_id == job_id or job.session_id == "late"}
        assert list(states.values()) == [State.RUNNING]  # beside them the catalog may still be read
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        await supervisor.stop(job_id)
        assert isinstance((await ended(supervisor, job_id)).last, Killed)


async def test_a_fault_is_answered_at_once(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        with sqlite3.connect(supervisor.state_dir / LOG_NAME) as log:
            log.execute("ALTER TABLE jobs RENAME TO lost")
        with pytest.raises(CommandRefused) as caught:
            await supervisor.client.request(ListJobs(OPERATOR, ended=True), Jobs, timeout_s=PATIENCE_S)
        with sqlite3.connect(supervisor.state_dir / LOG_NAME) as log:
            log.execute("ALTER TABLE lost RENAME TO jobs")
        log.close()
        assert caught.value.refused.code == "internal"
        assert "ListJobs" in caught.value.refused.error
        assert (await supervisor.client.request(ListJobs(OPERATOR, ended=True), Jobs)).jobs


async def test_a_job_ends_although_there_was_no_descriptor_left_for_stopping_it(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        job_id = await supervisor.running("ignores_signals")
        worker = (await supervisor.record(job_id)).summary.pid
        assert worker is not None
        with no_descriptor_left(supervisor.process.pid):
            await supervisor.stop(job_id)
            await eventually(lambda: is_gone(worker), "the worker was not killed")
        assert (await ended(supervisor, job_id)).killed.rung == "kill"


async def test_a_worker_that_cannot_be_taken_over_costs_its_job_and_no_more(tmp_path: Path) -> None:
    settings = {
        **ROOMY,
        "worker.preload": ["agent_worker.warmup.preload", "tests.programs.preloads.waits_for_descriptors"],
    }
    async with running_supervisor(tmp_path, settings) as supervisor:
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        (fork_server,) = psutil.Process(supervisor.process.pid).children()
        before = faults_of_the_reaped(fork_server.pid)
        fork_server.suspend()  # until its worker was asked for: without a descriptor none is
        job_id = await supervisor.submit("hello", "echoes")
        await supervisor.record(job_id)  # by its answer the worker was asked for: that needs a descriptor too
        with no_descriptor_left(supervisor.process.pid):
            fork_server.resume()
            await eventually(lambda: faults_of_the_reaped(fork_server.pid) > before, "no worker was refused")
        job = await ended(supervisor, job_id)
        assert "raise the limit for open files" in job.failed.error
        assert isinstance((await ended(supervisor, await supervisor.submit("hello", "echoes"))).last, Completed)


async def test_two_hundred_jobs_leave_no_descriptor_open(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        await ended(supervisor, await supervisor.submit("hello", "echoes"))
        before = open_descriptors(supervisor.process.pid)
        for _ in range(10):
            jobs = [await supervisor.submit("hello", "echoes") for _ in range(20)]
            for job_id in jobs:
                await supervisor.events(job_id)

        def as_before() -> bool:
            return open_descriptors(supervisor.process.pid) <= before

        await eventually(as_before, f"more than {before} descriptors stay open")


def faults_of_the_reaped(pid: int) -> int:
    """Page faults of all children that a process has reaped: more, each time that it has reaped one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[8])


def open_descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
