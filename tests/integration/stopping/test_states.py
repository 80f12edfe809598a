"""A stop is honoured in every state, ends every stream with the same one event, and never twice."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.client import BusClient, CommandRefused
from bus.contract.events import Accepted, Completed, Killed, Queue, ResponseChunk, Status, Stopping
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.log import LOG_NAME
from bus.wire.commands import Stop, Submit
from bus.wire.replies import StopTaken, Submitted
from tests.harness.jobs.graces import ENDING_ON, SupervisorFor
from tests.harness.jobs.stopping import ALICE, BOB, ROOMY, climbed, ended
from tests.harness.servers import OPERATOR, Supervisor, eventually, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = ROOMY


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory, containment: Proof) -> AsyncIterator[Supervisor]:
    """For workers that SIGTERM ends, or SIGKILL at once: who ignores SIGTERM would live on for long."""
    settings = {**ROOMY, **ENDING_ON[Rung.TERMINATE], "limits.max_running_per_user": 3}
    async with running_supervisor(tmp_path_factory.mktemp("s"), settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def patient(tmp_path_factory: pytest.TempPathFactory, containment: Proof) -> AsyncIterator[Supervisor]:
    """Waits so long between the rungs that only a harder stop can move it on."""
    settings = {**ROOMY, "supervisor.cancel_grace_s": 600.0, "supervisor.terminate_grace_s": 600.0}
    async with running_supervisor(tmp_path_factory.mktemp("p"), settings) as running:
        yield running


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """While this file is there, the fork server of `slow_to_tell` tells of no worker."""
    with pytest.MonkeyPatch.context() as patch:
        file = tmp_path_factory.mktemp("gate") / "closed"
        patch.setenv("DEADSTOP_TESTS_GATE", str(file))
        yield file


@contextlib.contextmanager
def closed(gate: Path) -> Iterator[None]:
    gate.touch()
    yield
    gate.unlink()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow_to_tell(
    tmp_path_factory: pytest.TempPathFactory, gate: Path, containment: Proof
) -> AsyncIterator[Supervisor]:
    slow = {
        "worker.preload": [*ROOMY["worker.preload"], "tests.programs.preloads.tells_when_allowed"],
        "worker.environment": ["DEADSTOP_TESTS_GATE"],
    }
    async with running_supervisor(
        tmp_path_factory.mktemp("t"), {**ROOMY, **ENDING_ON[Rung.TERMINATE], **slow}
    ) as running:
        yield running


async def refusal(supervisor: Supervisor, job_id: str, rung: Rung = Rung.CANCEL) -> str:
    with pytest.raises(CommandRefused) as refused:
        await supervisor.stop(job_id, rung)
    return refused.value.refused.code


async def stop_or_refusal(supervisor: Supervisor, job_id: str) -> str:
    try:
        await supervisor.stop(job_id)
    except CommandRefused as refused:
        return refused.refused.code
    return "taken"


@pytest.mark.parametrize(("rung", "exit_words"), [(Rung.TERMINATE, "SIGTERM"), (Rung.KILL, "SIGKILL")])
async def test_running_before_its_process_is_known(
    slow_to_tell: Supervisor, gate: Path, rung: Rung, exit_words: str
) -> None:
    with closed(gate):
        job_id = await slow_to_tell.running("sleeps")
        assert (await slow_to_tell.record(job_id)).summary.pid is None
        await slow_to_tell.stop(job_id, rung)
    job = await ended(slow_to_tell, job_id)
    assert (job.killed.rung, job.record.exit) == (rung, f"killed by {exit_words}")


async def test_queued(supervisor: Supervisor) -> None:
    running = [await supervisor.submit("go", "sleeps", caller=BOB) for _ in range(3)]
    waiting = await supervisor.submit("go", "sleeps", caller=BOB)
    await supervisor.stop(waiting, caller=BOB)
    job = await ended(supervisor, waiting)
    told = [event for event in job.events if not isinstance(event, Queue)]  # now and then
    assert told == [Accepted(1), Killed(Rung.CANCEL, 0.0, "bob", Reason.USER, job.killed.usage)]
    assert (job.record.summary.pid, job.record.summary.started_at, job.record.rungs) == (None, None, [])
    for job_id in running:
        await supervisor.stop(job_id, Rung.KILL)
        await ended(supervisor, job_id)


async def test_starting(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "never_ready")
    assert (await supervisor.stop(job_id)).state is State.STARTING
    job = await ended(supervisor, job_id)
    assert State.RUNNING not in [move.state for move in job.record.moves]
    assert job.killed.rung is not Rung.CANCEL


@pytest.mark.parametrize("rung", Rung)
async def test_starting_on_any_rung_before_there_is_a_process(supervisor_for: SupervisorFor, rung: Rung) -> None:
    """A rung that comes before there is a process reaches nobody: the last one must soon follow."""
    supervisor = await supervisor_for(Rung.KILL)
    submit = Submit(OPERATOR, f"at-once-{rung}", "go", "sleeps")
    accepted, taken = await asyncio.gather(
        supervisor.client.request(submit, Submitted),
        supervisor.client.request(Stop(OPERATOR, session_id=f"at-once-{rung}", rung=rung), StopTaken),
    )
    assert accepted.job.job_id == taken.job.job_id
    job = await ended(supervisor, accepted.job.job_id)
    assert job.killed.rung.height >= rung.height
    assert not [event for event in job.events if isinstance(event, Status)]


@pytest.mark.parametrize("rung", Rung)
async def test_running_on_any_rung(patient: Supervisor, rung: Rung) -> None:
    job_id = await patient.running("sleeps")
    await patient.stop(job_id, rung)
    job = await ended(patient, job_id)
    assert (job.killed.rung, job.climbed) == (rung, [rung])


async def test_a_stop_by_session_id_is_bound_to_its_owner(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "sleeps", caller=ALICE, session_id="mine")
    for outsider in (Stop(BOB, session_id="mine"), Stop(BOB, job_id=job_id), Stop(ALICE, job_id="f" * 12), Stop(ALICE)):
        with pytest.raises(CommandRefused) as refused:
            await supervisor.client.request(outsider, StopTaken)
        assert refused.value.refused.code == "not_found"
    taken = await supervisor.client.request(Stop(ALICE, session_id="mine"), StopTaken)
    assert (taken.job.job_id, taken.job.user) == (job_id, "alice")
    assert (await ended(supervisor, job_id)).killed.by == "alice"


async def test_the_reply_tells_of_the_job_as_it_was_so_that_its_end_comes_after(supervisor: Supervisor) -> None:
    running = [await supervisor.running("sleeps", caller=BOB) for _ in range(3)]
    waiting = await supervisor.submit("go", "sleeps", caller=BOB)
    before = await supervisor.stop(waiting, caller=BOB)
    assert (before.state, before.seq) == (State.QUEUED, 1)
    assert [type(event) for _, event in await supervisor.events(waiting, before.seq)] == [Killed]
    for job_id in running:
        before = await supervisor.stop(job_id, caller=BOB)
        kinds = [type(event) for _, event in await supervisor.events(job_id, before.seq)]
        assert (kinds[-1], kinds.count(Stopping) > 0) == (Killed, True)


async def test_already_stopping_does_not_begin_anew(patient: Supervisor) -> None:
    job_id = await patient.running("ignores_signals")
    for rung in (Rung.CANCEL, Rung.TERMINATE):
        await patient.stop(job_id, rung)
        await climbed(patient, job_id, rung)
        assert (await patient.stop(job_id)).state is State.STOPPING
    await patient.stop(job_id, Rung.KILL)
    job = await ended(patient, job_id)
    assert job.climbed == list(Rung)


async def test_twice_and_by_two_people_at_once(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("swallows_cancel", caller=ALICE)
    replies = await asyncio.gather(
        supervisor.stop(job_id, caller=ALICE),
        supervisor.stop(job_id, caller=ALICE),
        supervisor.stop(job_id),
    )
    assert [reply.state for reply in replies] == [State.RUNNING, State.STOPPING, State.STOPPING]
    job = await ended(supervisor, job_id)
    assert (job.killed.by, job.killed.reason) == ("alice", Reason.USER)
    assert job.climbed == [Rung.CANCEL, Rung.TERMINATE]


@pytest.mark.parametrize("animal", ["swallows_cancel", "ignores_signals", "never_ready"])
async def test_now_after_a_gentle_stop_moves_the_rung_forward(patient: Supervisor, animal: str) -> None:
    job_id = await patient.submit("go", animal, caller=ALICE)
    if animal != "never_ready":
        await patient.until(job_id, Status)
    await patient.stop(job_id, caller=ALICE)
    await climbed(patient, job_id, Rung.CANCEL)
    await patient.stop(job_id, Rung.KILL)
    job = await ended(patient, job_id)
    assert job.climbed == [Rung.CANCEL, Rung.KILL]
    assert (job.killed.rung, job.killed.by, job.killed.reason) == (Rung.KILL, "alice", Reason.USER)
    assert [(climb.by, climb.reason) for climb in job.record.rungs] == [
        ("alice", Reason.USER),
        ("tester", Reason.OPERATOR),
    ]


async def test_a_softer_stop_changes_nothing(patient: Supervisor) -> None:
    job_id = await patient.running("ignores_signals")
    await patient.stop(job_id, Rung.TERMINATE)
    await patient.stop(job_id, Rung.CANCEL)
    await patient.stop(job_id, Rung.TERMINATE)
    await patient.stop(job_id, Rung.KILL)
    assert (await ended(patient, job_id)).climbed == [Rung.TERMINATE, Rung.KILL]


@pytest.mark.parametrize(("animal", "state"), [("echoes", State.SUCCEEDED), ("raises", State.FAILED)])
async def test_already_ended(supervisor: Supervisor, animal: str, state: State) -> None:
    job_id = await supervisor.submit("go", animal)
    before = await ended(supervisor, job_id)
    assert before.record.summary.state is state
    assert [await refusal(supervisor, job_id, rung) for rung in Rung] == ["already_ended"] * 3
    assert await ended(supervisor, job_id) == before


async def test_already_cancelled(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("sleeps")
    await supervisor.stop(job_id)
    before = await ended(supervisor, job_id)
    assert await refusal(supervisor, job_id, Rung.KILL) == "already_ended"
    assert await ended(supervisor, job_id) == before


async def test_success_that_is_logged_before_the_stop_stays(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("lingers")
    await eventually(lambda: has_outcome(supervisor, job_id), "the worker's last word is logged")
    assert await refusal(supervisor, job_id, Rung.KILL) == "already_ended"
    job = await ended(supervisor, job_id)
    assert isinstance(job.last, Completed)
    assert job.last.result.final_output["response"] == "all of it"
    assert job.climbed == []


async def test_a_stop_that_is_logged_before_the_success_cancels_and_keeps_what_was_said(patient: Supervisor) -> None:
    job_id = await patient.running("finishes_anyway")
    await patient.stop(job_id)
    job = await ended(patient, job_id)
    said = [event.chunk for event in job.events if isinstance(event, ResponseChunk)]
    assert said == ["the first half, ", "and the second"]
    assert (job.killed.rung, job.climbed) == (Rung.CANCEL, [Rung.CANCEL])


async def test_whichever_comes_first_the_answer_and_the_end_agree(supervisor: Supervisor) -> None:
    for number in range(30):
        job_id = await supervisor.submit(str(number * 20 + 1), "counts")
        await supervisor.until(job_id, ResponseChunk, Completed)
        answer = await stop_or_refusal(supervisor, job_id)
        last = (await ended(supervisor, job_id)).last
        assert (answer, type(last)) in [("taken", Killed), ("already_ended", Completed)]


async def test_every_follower_hears_the_same(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("swallows_cancel")
    other = Supervisor(supervisor.state_dir, supervisor.process, BusClient.connect(supervisor.state_dir))
    with contextlib.closing(other.client):
        following = [asyncio.create_task(who.events(job_id)) for who in (supervisor, supervisor, other, other)]
        late = asyncio.create_task(other.events(job_id, 2))
        await supervisor.stop(job_id)
        streams = await asyncio.gather(*following)
        afterwards = await other.events(job_id)
    assert all(stream == streams[0] for stream in [*streams, afterwards])
    assert await late == streams[0][2:]
    assert isinstance(streams[0][-1][1], Killed)
    assert [event.rung for _, event in streams[0] if isinstance(event, Stopping)] == [Rung.CANCEL, Rung.TERMINATE]


def has_outcome(supervisor: Supervisor, job_id: str) -> bool:
    """Whether the worker's last word stands in the log: from then on the job has its outcome."""
    with contextlib.closing(sqlite3.connect(f"file:{supervisor.state_dir / LOG_NAME}?mode=ro", uri=True)) as log:
        return bool(log.execute("SELECT outcome IS NOT NULL FROM jobs WHERE job_id = ?", (job_id,)).fetchone()[0])
