"""What is asked of the head runs on a node: it streams, waits for a place there, and outlasts the node's silence."""

import pytest

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Proof, State
from bus.wire.commands import ReadStats
from bus.wire.replies import Stats
from tests.harness.nodes import node_of
from tests.harness.servers import OPERATOR, Supervisor, eventually
from tests.harness.stopping import ROOMY

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    **ROOMY,
    "cluster.engine": "local",
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
