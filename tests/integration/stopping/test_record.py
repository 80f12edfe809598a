"""What is kept about a job that did not end well: how it died, what it said last, where it was stuck, what it used."""

import asyncio
from contextlib import aclosing

import pytest

from bus.contract.events import JobEvent, ResponseChunk
from bus.contract.vocabulary import Reason, Rung, State
from tests.harness.jobs.graces import GENEROUS_S, SupervisorFor
from tests.harness.jobs.stopping import ROOMY, ended
from tests.harness.servers import PATIENCE_S, Supervisor
from tests.harness.zoo import FLIGHTS

pytestmark = pytest.mark.asyncio(loop_scope="module")


SETTINGS = {**ROOMY, **FLIGHTS, "worker.linger_s": GENEROUS_S}
"""Whoever has finished may take their time to leave."""

TRIES = 10


@pytest.mark.parametrize(
    ("animal", "words"),
    [
        ("segfaults", "was killed by SIGSEGV"),
        ("exits_zero", "exited with status 0"),
        ("exits_three", "exited with status 3"),
    ],
)
async def test_a_death_in_words(supervisor: Supervisor, animal: str, words: str) -> None:
    job = await ended(supervisor, await supervisor.submit("go", animal))
    assert job.record.exit == words.removeprefix("was ")
    assert job.failed.error == f"The worker {words} before it had finished. What was streamed so far is kept."
    assert (job.failed.code, job.failed.stop) == (Reason.WORKER_DIED, None)


@pytest.mark.parametrize(
    ("animal", "rung", "words"),
    [
        ("sleeps", Rung.CANCEL, "exited with status 0"),
        ("swallows_cancel", Rung.TERMINATE, "killed by SIGTERM"),
        ("ignores_signals", Rung.KILL, "killed by SIGKILL"),
    ],
)
async def test_a_stopped_worker_in_words(supervisor_for: SupervisorFor, animal: str, rung: Rung, words: str) -> None:
    supervisor = await supervisor_for(rung)
    job_id = await supervisor.running(animal)
    await supervisor.stop(job_id)
    assert (await ended(supervisor, job_id)).record.exit == words


async def test_the_traceback_of_an_agent_that_raised(supervisor: Supervisor) -> None:
    job = await ended(supervisor, await supervisor.submit("go", "raises"))
    assert (job.record.summary.reason, job.record.exit) == (Reason.AGENT_ERROR, "exited with status 0")
    assert job.record.stderr.startswith("Traceback (most recent call last):")
    assert job.record.stderr.endswith("ValueError: the parrot is dead")
    assert 'raises.py", line ' in job.record.stderr


@pytest.mark.parametrize(
    ("animal", "where"),
    [
        ("stuck_in_engine", "stuck_in_engine.py"),
        ("spins_in_c", "spins_in_c.py"),
        ("spins_in_python", "spins_in_python.py"),
    ],
)
async def test_the_stack_of_a_stuck_worker(supervisor_for: SupervisorFor, animal: str, where: str) -> None:
    """It has a moment to write it before SIGTERM; a busy machine may let that pass without it, though not each time."""
    supervisor = await supervisor_for(Rung.TERMINATE)
    for _ in range(TRIES):
        job_id = await supervisor.running(animal)
        await supervisor.stop(job_id)
        job = await ended(supervisor, job_id)
        assert job.killed.rung is Rung.TERMINATE
        if job.record.stack:
            break
    assert "most recent call first" in job.record.stack
    assert f'{where}", line ' in job.record.stack


async def test_no_stack_where_none_was_needed(supervisor_for: SupervisorFor) -> None:
    supervisor = await supervisor_for(Rung.CANCEL)
    job_id = await supervisor.running("sleeps")
    await supervisor.stop(job_id)
    assert (await ended(supervisor, job_id)).record.stack == ""


async def test_last_words_are_not_read_through_what_the_worker_planted(supervisor_for: SupervisorFor) -> None:
    supervisor = await supervisor_for(Rung.TERMINATE)
    job_id = await supervisor.running("plants_pipes")
    await supervisor.stop(job_id, Rung.TERMINATE)
    record = (await ended(supervisor, job_id)).record
    assert (record.exit, record.stderr, record.stack) == ("killed by SIGTERM", "", "")


async def test_each_rung_with_its_time(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("ignores_signals")
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    cancel, terminate, kill = job.record.rungs
    assert cancel.ms < terminate.ms < kill.ms <= job.killed.ms
    assert terminate.ms - cancel.ms >= 499
    assert kill.ms - terminate.ms >= 499
    assert [(climb.by, climb.reason) for climb in job.record.rungs] == [("tester", Reason.USER)] * 3
    states = [move.state for move in job.record.moves]
    assert states == [State.QUEUED, State.STARTING, State.RUNNING, State.STOPPING, State.CANCELLED]
    times = [move.ms for move in job.record.moves]
    assert times == sorted(times)


async def test_peak_memory_of_the_worker_and_its_children(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("holds_memory", "96")
    await sampled(supervisor, job_id, "memory_bytes", 90 << 20)
    await supervisor.stop(job_id)
    assert (await ended(supervisor, job_id)).record.peak_memory_bytes >= 90 << 20


async def test_cpu_seconds(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("spins_in_c")
    await sampled(supervisor, job_id, "cpu_s", 0.2)
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    assert job.record.cpu_s >= 0.2
    assert job.record.summary.cpu_s == job.record.cpu_s


async def sampled(supervisor: Supervisor, job_id: str, field: str, value: float) -> None:
    """Ask until `ps` shows so much."""
    async with asyncio.timeout(PATIENCE_S):
        while getattr((await supervisor.record(job_id)).summary, field) < value:
            pass


async def test_the_usage_of_a_stopped_answer_is_an_estimate_and_says_so(supervisor_for: SupervisorFor) -> None:
    supervisor = await supervisor_for(Rung.CANCEL)
    job_id = await supervisor.submit("How many flights per carrier?", "streams_for_ever")
    await answering(supervisor, job_id)
    await supervisor.stop(job_id)
    job = await ended(supervisor, job_id)
    usage = job.killed.usage
    assert usage.estimated
    assert usage.model_calls == 2
    assert usage.output_tokens > 0
    assert usage.cost_usd > 0
    assert job.record.usage["output_tokens"] == usage.output_tokens
    assert job.record.usage["estimated"] == 1
    assert any(map(is_answer, job.events))


def is_answer(event: JobEvent) -> bool:
    return isinstance(event, ResponseChunk) and event.field == "response"


async def answering(supervisor: Supervisor, job_id: str) -> None:
    """Wait for the first words of the answer."""
    async with aclosing(supervisor.client.follow(job_id)) as batches:
        async for batch, skip in batches:
            if any(is_answer(event) for _, event in batch.events(skip)):
                return
    raise AssertionError(f"job {job_id} ended without an answer")
