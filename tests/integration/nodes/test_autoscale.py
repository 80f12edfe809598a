"""As many nodes run as the questions need: one more for a question that has no place, one less when none needs it."""

import pytest

from bus.wire.commands import DrainNode, ReadStats
from bus.wire.replies import Stats
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import OPERATOR, Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {
    **ROOMY,
    "cluster.provider": "local",
    "cluster.nodes": 2,
    "cluster.slots": 1,
    "cluster.autoscale": True,
    "cluster.idle_s": 0.5,
    "worker.preload": ["agent_worker.runtime.worker"],
}


async def states(supervisor: Supervisor) -> list[str]:
    """Of all machines, sorted."""
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    return sorted(node.state for node in stats.nodes)


async def come_to(supervisor: Supervisor, *wanted: str) -> None:
    async def have() -> bool:
        return await states(supervisor) == sorted(wanted)

    await eventually(have, f"the nodes are not {wanted}")


async def test_a_node_comes_with_a_question_that_has_no_place_and_goes_when_it_is_idle(supervisor: Supervisor) -> None:
    await come_to(supervisor, "ready", "resting")
    first = await supervisor.running("sleeps")
    second = await supervisor.running("sleeps")
    places = {(await supervisor.record(job_id)).summary.node for job_id in (first, second)}
    assert places == {"local-1", "local-2"}
    assert await states(supervisor) == ["ready", "ready"]
    await supervisor.stop(first)
    await supervisor.events(first)
    await come_to(supervisor, "ready", "resting")
    assert (await supervisor.record(second)).summary.ended_at is None, "the one that works stays"
    await supervisor.stop(second)
    await supervisor.events(second)
    await come_to(supervisor, "ready", "resting")


async def test_a_machine_that_was_drained_is_not_started_for_want_of_places(supervisor: Supervisor) -> None:
    await come_to(supervisor, "ready", "resting")
    stats = await supervisor.client.request(ReadStats(OPERATOR), Stats)
    (resting,) = [node.name for node in stats.nodes if node.state == "resting"]
    await supervisor.client.request(DrainNode(OPERATOR, resting), Stats)
    first = await supervisor.running("sleeps")
    waiting = await supervisor.submit("go", "sleeps")
    assert await states(supervisor) == ["left", "ready"]
    await supervisor.client.request(DrainNode(OPERATOR, resting, undo=True), Stats)
    await supervisor.until_seen(waiting, lambda event: getattr(event, "message", "") == "sleeping")
    for job_id in (first, waiting):
        await supervisor.stop(job_id)
        await supervisor.events(job_id)
