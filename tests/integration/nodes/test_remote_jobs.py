"""What is asked of the head runs on a node: it streams, is stopped on each rung, and nothing of it is left there."""

from contextlib import closing

import psutil
import pytest

from bus.contract.events import ResponseChunk, Status
from bus.contract.vocabulary import Proof, Reason, Role, Rung, State
from bus.own_files import Upload
from bus.wire.commands import AddFile, Caller, ReadStats, RemoveFile
from bus.wire.replies import Changed, FileTaken, Stats
from tests.harness.nodes import NodeProcesses, node_of
from tests.harness.servers import OPERATOR, Supervisor, eventually
from tests.harness.stopping import BROODERS, ROOMY, climbed, told_pids

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {**ROOMY, "cluster.engine": "local", "cluster.slots": 4, "cluster.lease_s": 8}


async def told(supervisor: Supervisor, animal: str) -> tuple[str, NodeProcesses, list[psutil.Process]]:
    """A job of this animal that has said its first word; its node, and its processes there."""
    job_id = await supervisor.submit("go", animal)
    events = await supervisor.until(job_id, Status)
    worker = (await supervisor.record(job_id)).summary.pid
    assert worker is not None
    node = node_of(supervisor)
    return job_id, node, [node.outside(pid) for pid in (worker, *told_pids(events))]


async def test_every_event_comes_once_and_in_order(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("20000", "counts")
    events = await supervisor.events(job_id)
    chunks = [event.chunk for _, event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, 20001)]
    record = await supervisor.record(job_id)
    assert (record.summary.state, record.summary.node, record.proof) == (
        State.SUCCEEDED,
        "local-1",
        Proof.NODE_REAPED,
    )


@pytest.mark.parametrize(
    ("animal", "rung"),
    [("sleeps", Rung.CANCEL), ("swallows_cancel", Rung.TERMINATE), ("ignores_signals", Rung.KILL)],
)
async def test_a_stop_ends_on_the_rung_that_the_worker_obeys(supervisor: Supervisor, animal: str, rung: Rung) -> None:
    job_id, _, processes = await told(supervisor, animal)
    await supervisor.stop(job_id)
    await climbed(supervisor, job_id, rung)
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, Reason.USER)
    assert not [process for process in processes if process.is_running()]
    record = await supervisor.record(job_id)
    assert [climb.rung for climb in record.rungs][-1] is rung
    assert record.proof is Proof.NODE_REAPED


@pytest.mark.parametrize("animal", BROODERS)
async def test_what_a_worker_leaves_behind_is_gone_by_its_last_event(supervisor: Supervisor, animal: str) -> None:
    await supervisor.how_it_ended(await supervisor.submit("3", "counts"))  # from here on the node is there
    before = node_of(supervisor).inside
    job_id = await supervisor.running(animal)
    assert node_of(supervisor).inside != before
    await supervisor.stop(job_id, Rung.KILL)
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, Reason.USER)
    assert node_of(supervisor).inside == before


async def test_what_may_read_files_of_one_s_own_runs_at_the_head(supervisor: Supervisor) -> None:
    ann, bob = Caller("ann", Role.USER), Caller("bob", Role.USER)
    with closing(Upload(supervisor.state_dir / "files")) as upload:
        upload.write(b"n\n7\n")
        taken = await supervisor.client.request(AddFile(ann, "own.csv", upload.name), FileTaken)
    assert await supervisor.how_it_ended(taken.job.job_id) == (State.SUCCEEDED, None)
    ended = {}
    for caller in (ann, bob):
        job_id = await supervisor.submit("select n from own", caller=caller)
        state, _ = await supervisor.how_it_ended(job_id)
        ended[caller.user] = state, (await supervisor.record(job_id)).summary.node
    assert ended == {"ann": (State.SUCCEEDED, ""), "bob": (State.FAILED, "local-1")}
    await supervisor.client.request(RemoveFile(ann, "own.csv"), Changed)


async def test_a_job_for_which_no_place_is_free_waits_for_one(supervisor: Supervisor) -> None:
    running = [await supervisor.running("sleeps") for _ in range(4)]
    waiting = await supervisor.submit("3", "counts")
    assert (await supervisor.record(waiting)).summary.state is State.QUEUED
    await supervisor.stop(running[0])
    assert await supervisor.how_it_ended(waiting) == (State.SUCCEEDED, None)
    for job_id in running[1:]:
        await supervisor.stop(job_id)
        await supervisor.events(job_id)


async def test_a_worker_s_own_death_is_told_as_on_the_supervisor_s_machine(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "segfaults")
    assert await supervisor.how_it_ended(job_id) == (State.FAILED, Reason.WORKER_DIED)
    assert (await supervisor.record(job_id)).exit == "killed by SIGSEGV"


async def test_a_failure_s_last_words_come_from_the_node(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "raises")
    assert await supervisor.how_it_ended(job_id) == (State.FAILED, Reason.AGENT_ERROR)
    assert "ValueError: the parrot is dead" in (await supervisor.record(job_id)).stderr


async def test_a_node_that_is_silent_for_less_than_its_lease_goes_on_where_it_was(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("200000", "counts")
    await supervisor.until(job_id, ResponseChunk)
    agent = node_of(supervisor).agent
    agent.suspend()
    await eventually(lambda: _states(supervisor, "silent"), "it is silent")
    refused = await supervisor.submit("3", "counts")
    agent.resume()
    events = [event for _, event in await supervisor.events(job_id)]
    chunks = [event.chunk for event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, 200_001)]
    assert await supervisor.how_it_ended(refused) == (State.SUCCEEDED, None)


async def _states(supervisor: Supervisor, state: str) -> bool:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return [node.state for node in stats.nodes] == [state]
