"""Every reason a job can be stopped for ends it as it should: cancelled where somebody asked or left, else failed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.events import Completed, Killed, ResponseChunk, Status
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.log import LOG_NAME, LogReader
from bus.wire.commands import Caller, Options
from tests.fakes.messages_server import MessagesServer
from tests.fakes.scripts import flights
from tests.harness.jobs.graces import ENDING_ON, GENEROUS_S, SupervisorFor
from tests.harness.jobs.stopping import ALICE, ROOMY, Ended, ended
from tests.harness.servers import OPERATOR, Supervisor, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
TIGHT = {
    **ROOMY,
    "supervisor.disconnect_grace_s": 0.3,
    "limits.max_memory_bytes": 192 * MIB,
    "limits.max_scratch_bytes": 48 * MIB,
    "limits.max_output_bytes": 4 * MIB,
    "limits.max_events": 30_000,
    "agent.max_model_calls": 1,
    "agents.modest": {
        "entrypoint": "tests.workers.greedy.holds_memory:run",
        "sandbox": False,
        "max_memory_bytes": 64 * MIB,
    },
}

SETTINGS = TIGHT
"""Of the supervisors for each rung."""

ANIMALS = {Rung.CANCEL: "sleeps", Rung.TERMINATE: "swallows_cancel", Rung.KILL: "ignores_signals"}
"""One that obeys each rung, and none before it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, containment: Proof
) -> AsyncIterator[Supervisor]:
    """Small limits, and a model."""
    async with MessagesServer(flights()) as model:
        settings = {**request.module.SETTINGS, "llm.base_url": model.url}
        async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
            yield running


def check_failed(job: Ended, reason: Reason, *rungs: Rung) -> None:
    """A limit climbed the ladder, to one of these rungs."""
    failed = job.failed
    assert (failed.code, job.record.summary.state, job.record.summary.reason) == (reason, State.FAILED, reason)
    assert failed.stop is not None
    assert (failed.stop.rung, failed.stop.by) == (job.climbed[-1], "supervisor")
    assert failed.stop.rung in rungs
    assert failed.stop.ms >= job.record.rungs[-1].ms
    assert failed.hint
    assert failed.error.endswith("What was streamed so far is kept.")


@pytest.mark.parametrize(
    ("owner", "caller", "reason"),
    [(ALICE, ALICE, Reason.USER), (ALICE, OPERATOR, Reason.OPERATOR), (OPERATOR, OPERATOR, Reason.USER)],
)
async def test_a_person(supervisor_for: SupervisorFor, owner: Caller, caller: Caller, reason: Reason) -> None:
    """Whose job it is decides whether its user or an operator has stopped it, whatever role the caller has."""
    supervisor = await supervisor_for(Rung.CANCEL)
    job_id = await supervisor.running("sleeps", caller=owner)
    await supervisor.stop(job_id, caller=caller)
    killed = (await ended(supervisor, job_id)).killed
    assert (killed.by, killed.reason, killed.rung) == (caller.user, reason, Rung.CANCEL)


# ---- somebody left


async def leave(supervisor: Supervisor, job_id: str) -> None:
    """Be present at a job until its first word, then leave."""
    async with aclosing(supervisor.client.follow(job_id, present=True)) as batches:
        async for batch, skip in batches:
            if any(isinstance(event, Status) for _, event in batch.events(skip)):
                return


async def left_alone(supervisor: Supervisor) -> Ended:
    """A job whose follower has left, once it has ended: for others, the grace is over by then."""
    job_id = await supervisor.submit("go", "sleeps", attached=True, caller=ALICE)
    await leave(supervisor, job_id)
    return await ended(supervisor, job_id)


async def test_the_last_follower_leaves(supervisor: Supervisor) -> None:
    killed = (await left_alone(supervisor)).killed
    assert (killed.by, killed.reason) == ("alice", Reason.DISCONNECT)


async def test_the_last_follower_is_killed(supervisor_for: SupervisorFor) -> None:
    supervisor = await supervisor_for(Rung.TERMINATE)
    job_id = await supervisor.submit("go", "swallows_cancel", attached=True)
    async with supervisor.followed(job_id, "present") as follower:
        while await follower.next() < 2:
            pass
        follower.process.kill()
    killed = (await ended(supervisor, job_id)).killed
    assert (killed.reason, killed.rung) == (Reason.DISCONNECT, Rung.TERMINATE)


async def test_another_follower_stays_or_one_comes_back(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "sleeps", attached=True)
    async with aclosing(supervisor.client.follow(job_id, present=True)) as staying:
        await anext(staying)
        await leave(supervisor, job_id)
        await left_alone(supervisor)
        assert (await supervisor.record(job_id)).summary.state is State.RUNNING
    async with aclosing(supervisor.client.follow(job_id, present=True)) as back:
        await anext(back)
        await left_alone(supervisor)
        assert (await supervisor.record(job_id)).summary.state is State.RUNNING
    assert (await ended(supervisor, job_id)).killed.reason is Reason.DISCONNECT


async def test_a_detached_job_needs_nobody(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "sleeps")
    await leave(supervisor, job_id)
    await left_alone(supervisor)
    assert (await supervisor.record(job_id)).summary.state is State.RUNNING
    await supervisor.stop(job_id)
    await ended(supervisor, job_id)


# ---- limits


async def test_deadline(supervisor_for: SupervisorFor) -> None:
    """Late enough for each animal to have become deaf by then; so all wait for it at once."""

    async def check(animal: str, rung: Rung) -> None:
        supervisor = await supervisor_for(rung)
        job = await ended(supervisor, await supervisor.submit("go", animal, options=Options(max_runtime_s=4.5)))
        check_failed(job, Reason.DEADLINE, rung)
        assert "4.5 s" in job.failed.error

    await asyncio.gather(*(check(animal, rung) for rung, animal in ANIMALS.items()))


async def test_memory_of_one_leaves_its_neighbours_alone(supervisor: Supervisor) -> None:
    sleeper = await supervisor.running("sleeps")
    counting = await supervisor.submit("20000", "counts")
    greedy = await supervisor.submit("go", "floods_memory")
    job = await ended(supervisor, greedy)
    check_failed(job, Reason.MEMORY, *Rung)
    assert "of memory; the limit is 192 MiB" in job.failed.error
    assert job.record.peak_memory_bytes > 192 * MIB
    count = await ended(supervisor, counting)
    assert isinstance(count.last, Completed)
    assert sum(isinstance(event, ResponseChunk) for event in count.events) == 20_000
    assert (await supervisor.record(sleeper)).summary.state is State.RUNNING
    await supervisor.stop(sleeper)
    await ended(supervisor, sleeper)


async def test_memory_of_descendants_counts(supervisor: Supervisor) -> None:
    check_failed(await ended(supervisor, await supervisor.submit("go", "feeds_children")), Reason.MEMORY, *Rung)


async def test_an_agents_own_memory_limit_takes_the_place_of_the_general_one(supervisor: Supervisor) -> None:
    held = await supervisor.running("holds_memory", "100")
    job = await ended(supervisor, await supervisor.submit("100", "modest"))
    check_failed(job, Reason.MEMORY, *Rung)
    assert "of memory; the limit is 64 MiB" in job.failed.error
    assert (await supervisor.record(held)).summary.state is State.RUNNING
    await supervisor.stop(held)
    await ended(supervisor, held)


@pytest.mark.parametrize(("question", "what"), [("go", "30,000"), ("large", "4,194,304")])
async def test_output(supervisor: Supervisor, question: str, what: str) -> None:
    job = await ended(supervisor, await supervisor.submit(question, "floods_events"))
    check_failed(job, Reason.OUTPUT_LIMIT, *Rung)
    assert f"the limit is {what}." in job.failed.error
    assert len(job.events) < 30_000 + 20_000


async def test_scratch(supervisor: Supervisor) -> None:
    job = await ended(supervisor, await supervisor.submit("go", "fills_scratch"))
    check_failed(job, Reason.OUTPUT_LIMIT, *Rung)
    assert "of scratch space; the limit is 48 MiB" in job.failed.error


async def test_budget(supervisor: Supervisor) -> None:
    job = await ended(supervisor, await supervisor.submit("Which carrier has most flights?"))
    assert (job.failed.code, job.record.summary.reason) == (Reason.BUDGET, Reason.BUDGET)
    assert (job.failed.stop, job.climbed) == (None, [])
    assert job.record.usage["model_calls"] == 1


async def test_want_of_memory_in_a_library(supervisor: Supervisor) -> None:
    job = await ended(supervisor, await supervisor.submit("go", "starves_libzmq"))
    assert (job.failed.code, job.record.summary.reason) == (Reason.MEMORY, Reason.MEMORY)
    assert "memory" in job.failed.error.lower()
    assert (job.failed.stop, job.climbed) == (None, [])


# ---- supervisors of their own


async def test_heartbeat(tmp_path: Path) -> None:
    beating = {"worker.heartbeat_interval_s": 0.1, "worker.heartbeat_timeout_s": 5.0}
    async with running_supervisor(tmp_path, {**ROOMY, **ENDING_ON[Rung.TERMINATE], **beating}) as supervisor:
        stuck = [await supervisor.submit("go", animal) for animal in ("stops_heartbeat", "stops_itself", "spins_in_c")]
        quiet = await supervisor.running("sleeps")
        jobs = [await ended(supervisor, job_id) for job_id in stuck]
        for job, rungs in zip(jobs, ([Rung.TERMINATE], [Rung.TERMINATE], [Rung.TERMINATE]), strict=True):
            check_failed(job, Reason.HEARTBEAT_LOST, *rungs)
        assert (await supervisor.record(quiet)).summary.state is State.RUNNING


async def test_start_timeout(tmp_path: Path) -> None:
    async with running_supervisor(tmp_path, {**ROOMY, "worker.start_timeout_s": 3.0}) as supervisor:
        job = await ended(supervisor, await supervisor.submit("go", "never_ready"))
        check_failed(job, Reason.START_TIMEOUT, Rung.TERMINATE, Rung.KILL)
        assert "not ready within 3 s" in job.failed.error


@pytest.mark.parametrize("rung", Rung)
async def test_shutdown(tmp_path: Path, rung: Rung) -> None:
    settings = {**ROOMY, **ENDING_ON[rung], "supervisor.shutdown_grace_s": 2 * GENEROUS_S}
    async with running_supervisor(tmp_path, settings) as supervisor:
        job_id = await supervisor.running(ANIMALS[rung])
        assert await supervisor.end() == 0
        log = LogReader(supervisor.state_dir / LOG_NAME)
    (record,) = log.record(job_id)
    last = [event for batch in log.read(job_id, 0) for _, event in batch.events()][-1]
    assert isinstance(last, Killed)
    assert (last.rung, last.by, last.reason) == (rung, "shutdown", Reason.SHUTDOWN)
    assert record.summary.state is State.CANCELLED
    log.close()
