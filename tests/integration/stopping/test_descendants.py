"""Nothing of a job outlives its last event: no process, whatever session it moved to, no file, no shared memory."""

import os
import signal
from pathlib import Path

import pytest

from bus.contract.events import Completed, Failed, Status
from bus.contract.vocabulary import Proof, Reason, Rung
from bus.system.orphans import children
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.job_processes import is_left, outside, seen_by_workers, spawning
from tests.harness.jobs.stopping import (
    BROODERS,
    ROOMY,
    Ended,
    command_of,
    ended,
    small_interpreters,
    told_files,
    told_pids,
)
from tests.harness.servers import Supervisor, eventually
from tests.workers._staying import FINISH
from tests.workers.litter.leaves_files import system_v_seen

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**ROOMY, **ENDING_ON[Rung.CANCEL]}


def check_nothing_left(supervisor: Supervisor, job: Ended) -> None:
    """No orphan beneath the supervisor, no file that the job has named."""
    beneath = children(spawning(supervisor))
    assert not [pid for pid in beneath if "fork_server" not in " ".join(command_of(pid))]
    assert not small_interpreters(supervisor)
    assert not files_left(supervisor, job)
    assert not system_v_seen()


def files_left(supervisor: Supervisor, job: Ended) -> list[Path]:
    return [path for path in told_files(job.events) if seen_by_workers(supervisor, path).exists()]


async def brooding(supervisor: Supervisor, animal: str, question: str = "go") -> str:
    """A job that has said which children it has; with a bomb that has gone off."""
    job_id = await supervisor.submit(question, animal)
    async for batch, skip in supervisor.client.follow(job_id):
        told = [event.message for _, event in batch.events(skip) if isinstance(event, Status)]
        if any(words.startswith(("children ", "fleeing", "files ")) for words in told):
            return job_id
    raise AssertionError(f"{animal} ended without having children")


@pytest.mark.parametrize("rung", [Rung.CANCEL, Rung.KILL])
@pytest.mark.parametrize("animal", BROODERS)
async def test_after_a_stop(supervisor: Supervisor, animal: str, rung: Rung, containment: Proof) -> None:
    job_id = await brooding(supervisor, animal)
    await supervisor.stop(job_id, rung)
    job = await ended(supervisor, job_id)
    check_nothing_left(supervisor, job)
    assert job.killed.rung is rung
    assert job.killed.proof is job.record.proof is containment
    assert told_pids(job.events) or told_files(job.events) or animal == "flees"


@pytest.mark.parametrize("animal", BROODERS)
async def test_after_success(supervisor: Supervisor, animal: str) -> None:
    job = await ended(supervisor, await brooding(supervisor, animal, FINISH))
    check_nothing_left(supervisor, job)
    assert isinstance(job.last, Completed)


@pytest.mark.parametrize("animal", BROODERS)
async def test_after_the_worker_was_killed_from_outside(supervisor: Supervisor, animal: str) -> None:
    job_id = await brooding(supervisor, animal)
    pid = await supervisor.pid(job_id)
    worker = outside(supervisor, pid)
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    job = await ended(supervisor, job_id)
    check_nothing_left(supervisor, job)
    assert isinstance(job.last, Failed)
    assert (job.failed.code, job.record.exit) == (Reason.WORKER_DIED, "killed by SIGKILL")


async def test_while_a_bomb_is_going_off(supervisor: Supervisor) -> None:
    for rung in Rung:
        job_id = await supervisor.running("fork_bomb")
        await supervisor.stop(job_id, rung)
        check_nothing_left(supervisor, await ended(supervisor, job_id))


async def test_removing_many_files_climbs_no_rung(supervisor: Supervisor) -> None:
    """On a busy machine it can take longer than the job's end waits for it."""
    job_id = await brooding(supervisor, "litters_scratch")
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert (job.killed.rung, job.climbed) == (Rung.CANCEL, [Rung.CANCEL])
    await eventually(lambda: not files_left(supervisor, job), "its files are removed")
    check_nothing_left(supervisor, job)


async def test_a_neighbour_keeps_its_children(supervisor: Supervisor) -> None:
    staying = await brooding(supervisor, "daemonises")
    stopped = await brooding(supervisor, "deaf_daemon")
    await supervisor.stop(stopped, Rung.KILL)
    await ended(supervisor, stopped)
    kept = told_pids(await supervisor.until(staying, Status))
    assert kept
    assert all(is_left(supervisor, pid) for pid in kept)
    await supervisor.stop(staying)
    await ended(supervisor, staying)
