"""Warm workers: used once, replaced, and gone with the supervisor."""

import os
from pathlib import Path

import psutil
import pytest

from bus.client import CommandRefused
from bus.contract.events import Completed, Status, TableRows
from bus.contract.vocabulary import Rung
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.asking import ask, write_parquet
from tests.harness.jobs.descriptors import no_descriptor_left
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ended
from tests.harness.servers import OPERATOR, Supervisor, eventually, is_gone, running_supervisor
from tests.harness.zoo import zoo_settings

SETTINGS = {**zoo_settings(), "worker.warm_workers": 2, "agent.default": "echoes"}


async def until_warm(supervisor: Supervisor, wanted: int) -> None:
    """And until nothing runs: the catalog is read by a job, too."""

    async def there() -> bool:
        gauges = (await supervisor.client.request(ReadStats(OPERATOR), Stats)).gauges
        return (gauges["warm_workers"], gauges["running"]) == (wanted, 0)

    await eventually(there, f"there were never {wanted} warm workers and nothing that runs")


async def pid_of(supervisor: Supervisor, agent: str = "echoes") -> int:
    job_id = await supervisor.submit("hello", agent)
    said = [event for _, event in await supervisor.events(job_id) if isinstance(event, Status)]
    return int(said[0].message.split()[1])


async def test_each_warm_worker_serves_one_job_and_is_replaced(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        await until_warm(supervisor, 2)
        pids = [await pid_of(supervisor) for _ in range(6)]
        assert len(set(pids)) == 6
        assert all(map(is_gone, pids))
        await until_warm(supervisor, 2)


async def test_a_warm_worker_that_is_killed_is_not_given_a_job(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, SETTINGS) as supervisor:
        await until_warm(supervisor, 2)
        workers = workers_of(supervisor)
        for worker in workers:
            worker.kill()
        await eventually(lambda: all(is_gone(worker.pid) for worker in workers), "killed workers were not reaped")
        assert await pid_of(supervisor) not in {worker.pid for worker in workers}


async def test_a_warm_worker_is_not_used_when_the_data_folder_was_replaced(tmp_path: Path) -> None:
    data, newer = tmp_path / "data", tmp_path / "newer"
    for folder, rows in ((data, 3), (newer, 5)):
        folder.mkdir()
        write_parquet(folder / "things.parquet", f"SELECT * FROM range({rows}) t(size)")
    settings = {"worker.warm_workers": 1, "data.folder": str(data)}
    async with running_supervisor(tmp_path, settings) as supervisor:
        await until_warm(supervisor, 1)
        earlier = {child.pid for child in workers_of(supervisor)}
        data.rename(tmp_path / "older")
        newer.rename(data)
        await eventually(
            lambda: earlier.isdisjoint(child.pid for child in workers_of(supervisor)), "it was not replaced"
        )
        job = await ask(supervisor, "SELECT count(*) AS n FROM things")
        assert [batch.count for batch in job.events if isinstance(batch, TableRows)] == [1]
        assert "**5**" in job.response


async def test_a_warm_worker_that_is_being_reaped_is_not_given_a_job(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**SETTINGS, "worker.warm_workers": 1}) as supervisor:
        await until_warm(supervisor, 1)
        worker = await only_worker(supervisor)
        scratch = worker.cwd()
        for number in range(20_000):  # so that cleaning up takes its time
            os.close(os.open(f"{scratch}/{number}", os.O_CREAT | os.O_WRONLY))
        worker.kill()
        await eventually(lambda: is_gone(worker.pid), "the killed worker was not reaped")
        assert await pid_of(supervisor) != worker.pid


async def test_a_warm_worker_that_is_dead_and_not_reaped_is_not_given_a_job(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**SETTINGS, "worker.warm_workers": 1}) as supervisor:
        await until_warm(supervisor, 1)
        worker = await only_worker(supervisor)
        fork_server = worker.parent()
        assert fork_server is not None
        fork_server.suspend()
        worker.kill()
        await eventually(lambda: worker.status() == psutil.STATUS_ZOMBIE, "the killed worker did not die")
        job_id = await supervisor.submit("hello", "echoes")
        fork_server.resume()
        assert isinstance((await ended(supervisor, job_id)).last, Completed)


async def test_a_question_for_which_no_descriptor_is_left_is_refused_and_costs_nothing(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**SETTINGS, "worker.warm_workers": 1}) as supervisor:
        await until_warm(supervisor, 1)
        with no_descriptor_left(supervisor.process.pid), pytest.raises(CommandRefused, match="file descriptors open"):
            await supervisor.submit("hello", "echoes")
        assert isinstance((await ended(supervisor, await supervisor.submit("hello", "echoes"))).last, Completed)


async def test_a_stop_that_arrives_together_with_the_job_is_heard(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        "worker.warm_workers": 1,
        "agent.default": "sleeps",
        **ENDING_ON[Rung.CANCEL],
    }
    async with running_supervisor(tmp_path, settings) as supervisor:
        await until_warm(supervisor, 1)
        worker = await only_worker(supervisor)
        worker.suspend()
        job_id = await supervisor.submit("go", "sleeps")
        await supervisor.stop(job_id)
        worker.resume()
        job = await ended(supervisor, job_id)
        assert (job.killed.rung, job.record.exit) == (Rung.CANCEL, "exited with status 0")


async def only_worker(supervisor: Supervisor) -> psutil.Process:
    """The one worker there is, once the one that has read the catalog is gone."""

    def workers() -> list[psutil.Process]:
        return workers_of(supervisor)

    await eventually(lambda: len(workers()) == 1, "there was never exactly one worker")
    return workers()[0]


async def test_an_agent_that_never_gets_ready_does_not_pile_up_warm_workers(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**SETTINGS, "worker.start_timeout_s": 3.0}) as supervisor:
        job_id = await supervisor.submit("go", "never_ready")
        await supervisor.events(job_id)
        await until_warm(supervisor, 2)


def workers_of(supervisor: Supervisor) -> list[psutil.Process]:
    return [child for child in psutil.Process(supervisor.process.pid).children(recursive=True) if is_worker(child)]


def is_worker(process: psutil.Process) -> bool:
    """A worker is a child of the fork server that works in a scratch folder; False for what has just ended."""
    try:
        return "scratch" in str(Path(f"/proc/{process.pid}/cwd").readlink())
    except OSError:
        return False
