"""A process that cannot be reaped keeps its own job from ending, and no other's, nor the supervisor."""

from pathlib import Path

import psutil

from bus.contract.events import Status
from bus.contract.vocabulary import ENDED, State
from bus.log import LogReader
from tests.harness.jobs.stopping import ROOMY, ended, told_pids
from tests.harness.servers import Supervisor, eventually, is_gone, running_supervisor
from tests.programs.stubborn import unreaped


async def with_daemon(supervisor: Supervisor) -> tuple[str, int]:
    """A job that has a daemon, and the daemon's pid."""
    job_id = await supervisor.running("deaf_daemon")
    (daemon,) = told_pids(await supervisor.until(job_id, Status))
    return job_id, daemon


def is_zombie_of(supervisor: Supervisor, pid: int) -> bool:
    process = psutil.Process(pid)
    return process.status() == psutil.STATUS_ZOMBIE and process.ppid() == supervisor.process.pid


async def test_its_own_job_waits_for_it_and_no_other_does(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, ROOMY) as supervisor:
        elder = await supervisor.running("sleeps")
        stubborn, daemon = await with_daemon(supervisor)
        with unreaped(daemon):
            await supervisor.stop(stubborn)
            await eventually(lambda: is_zombie_of(supervisor, daemon), "the daemon was not killed")
            younger, _ = await with_daemon(supervisor)
            await supervisor.stop(younger)
            await ended(supervisor, younger)
            await supervisor.stop(elder)
            await ended(supervisor, elder)
            assert (await supervisor.record(stubborn)).summary.state is State.STOPPING
        await ended(supervisor, stubborn)
        assert is_gone(daemon)


async def test_the_supervisor_ends_without_it_and_says_of_no_job_that_it_has_ended(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**ROOMY, "supervisor.shutdown_grace_s": 0.5}) as supervisor:
        stubborn, daemon = await with_daemon(supervisor)
        with unreaped(daemon):
            assert await supervisor.end() == 0
        log = LogReader(supervisor.state_dir / "log.sqlite")
        (record,) = log.record(stubborn)
        log.close()
        assert record.summary.state not in ENDED
