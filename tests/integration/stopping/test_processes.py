"""A job with more processes than it may have is killed at once, whatever else becomes of it, and no other is."""

import pytest

from bus.contract.events import Status
from bus.contract.vocabulary import Proof, Reason, Rung, State
from tests.harness.jobs.graces import ENDING_ON
from tests.harness.jobs.stopping import ROOMY, Ended, ended, small_interpreters
from tests.harness.servers import Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**ROOMY, **ENDING_ON[Rung.CANCEL], "limits.max_processes": 100}
WORDS = "The question had more than 100 processes and threads, which is the limit. What was streamed so far is kept."


def check_killed_for_processes(supervisor: Supervisor, job: Ended, proof: Proof) -> None:
    failed = job.failed
    assert (failed.code, job.record.summary.reason) == (Reason.PROCESSES, Reason.PROCESSES)
    assert failed.error == WORDS
    assert "[limits] max_processes" in failed.hint
    assert failed.stop is not None
    assert (failed.stop.by, failed.stop.rung, failed.stop.proof) == ("supervisor", Rung.KILL, proof)
    assert job.climbed == [Rung.KILL]
    assert not small_interpreters(supervisor)


@pytest.mark.parametrize("animal", ["fork_bomb", "starts_threads"])
async def test_too_many(supervisor: Supervisor, animal: str, containment: Proof) -> None:
    neighbour = await supervisor.running("sleeps")
    job = await ended(supervisor, await supervisor.submit("go", animal))
    check_killed_for_processes(supervisor, job, containment)
    assert (await supervisor.record(neighbour)).summary.state is State.RUNNING
    await supervisor.stop(neighbour)
    assert (await ended(supervisor, neighbour)).killed.rung is Rung.CANCEL


async def test_daemons_that_no_worker_holds(supervisor: Supervisor, containment: Proof) -> None:
    """Where the worker has handed them over they are killed though it lives; in its group they count."""
    job_id = await supervisor.submit("go", "double_forks")
    if containment is Proof.CGROUP:
        check_killed_for_processes(supervisor, await ended(supervisor, job_id), containment)
        return
    await supervisor.until_seen(job_id, lambda event: isinstance(event, Status) and event.message == "all are there")
    await eventually(lambda: not small_interpreters(supervisor), "daemons that nobody holds are killed")
    assert (await supervisor.record(job_id)).summary.state is State.RUNNING
    await supervisor.stop(job_id)
    await ended(supervisor, job_id)


async def test_as_many_as_it_may(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("starts_threads", "60")
    await supervisor.stop(job_id)
    assert (await ended(supervisor, job_id)).killed.reason is Reason.USER


async def test_while_it_is_being_stopped(supervisor: Supervisor) -> None:
    """It keeps the reason that it has, and the grace is cut short."""
    job_id = await supervisor.running("bombs_when_told")
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert job.killed.reason is Reason.USER
    assert [(climb.rung, climb.reason) for climb in job.record.rungs] == [
        (Rung.CANCEL, Reason.USER),
        (Rung.KILL, Reason.PROCESSES),
    ]


async def test_before_it_is_ready(supervisor: Supervisor, containment: Proof) -> None:
    job = await ended(supervisor, await supervisor.submit("go", "bombs_early"))
    check_killed_for_processes(supervisor, job, containment)
