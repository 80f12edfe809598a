"""What is asked of the head runs on a node: it streams, waits for a place there, and outlasts the node's silence."""

from contextlib import closing

import pytest

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Proof, Role, State
from bus.own_files.uploads import Upload
from bus.wire.commands import AddFile, Caller, ReadStats, RemoveFile
from bus.wire.replies import Changed, FileTaken, Stats
from tests.harness.jobs.nodes import node_of
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import OPERATOR, Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    **ROOMY,
    "cluster.provider": "local",
    "cluster.slots": 4,
    "cluster.lease_s": 8,
    "containment.form": "sweep",
}


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


async def test_a_node_that_is_silent_for_less_than_its_lease_goes_on_where_it_was(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("200000", "counts")
    await supervisor.until(job_id, ResponseChunk)
    program = node_of(supervisor).program
    program.suspend()
    await eventually(lambda: _states(supervisor, "silent"), "it is silent")
    refused = await supervisor.submit("3", "counts")
    program.resume()
    events = [event for _, event in await supervisor.events(job_id)]
    chunks = [event.chunk for event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, 200_001)]
    assert await supervisor.how_it_ended(refused) == (State.SUCCEEDED, None)


async def _states(supervisor: Supervisor, state: str) -> bool:
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return [node.state for node in stats.nodes] == [state]
