"""An agent runs only where a node offers what it needs, and a node takes no more than its memory allows."""

import pytest

from bus.client import CommandRefused
from bus.contract.events import Queue
from bus.contract.vocabulary import State
from bus.wire.commands import DrainNode
from bus.wire.replies import Stats
from tests.harness.jobs.stopping import ROOMY
from tests.harness.servers import OPERATOR, Supervisor
from tests.harness.zoo import ZOO

pytestmark = pytest.mark.asyncio(loop_scope="module")

GIB = 1 << 30
SLEEPS = {"entrypoint": ZOO["sleeps"], "sandbox": False}
SETTINGS = {
    **ROOMY,
    "cluster.provider": "local",
    "cluster.nodes": 2,
    "cluster.machines": {"local-2": {"slots": 2, "resources": ["gpu"], "memory_bytes": 3 * GIB}},
    "limits.max_memory_bytes": GIB,
    "agents.on_gpu": {**SLEEPS, "resource": "gpu"},
    "agents.large": {**SLEEPS, "resource": "gpu", "max_memory_bytes": 2 * GIB},
    "agents.on_tpu": {**SLEEPS, "resource": "tpu"},
    "agents.huge": {**SLEEPS, "resource": "gpu", "max_memory_bytes": 4 * GIB},
    "worker.preload": ["agent_worker.runtime.worker"],
}


async def waits_because(supervisor: Supervisor, job_id: str) -> str:
    """What the queue says of it."""
    told = await supervisor.until_seen(job_id, lambda event: isinstance(event, Queue) and event.note != "")
    (event,) = [event for event in told if isinstance(event, Queue) and event.note]
    return event.note


async def ended(supervisor: Supervisor, *jobs: str) -> None:
    for job_id in jobs:
        await supervisor.stop(job_id)
        await supervisor.events(job_id)


async def test_its_jobs_run_on_the_node_that_offers_it_and_wait_for_a_place_there(supervisor: Supervisor) -> None:
    running = [await supervisor.running("on_gpu") for _ in range(2)]
    assert {(await supervisor.record(job_id)).summary.node for job_id in running} == {"local-2"}
    waiting = await supervisor.submit("go", "on_gpu")
    other = await supervisor.running("sleeps")
    assert (await supervisor.record(other)).summary.node == "local-1"
    assert await waits_because(supervisor, waiting) == "no node has a place for another job"
    await ended(supervisor, running[0])
    await supervisor.until_seen(waiting, lambda event: getattr(event, "message", "") == "sleeping")
    assert (await supervisor.record(waiting)).summary.node == "local-2"
    await ended(supervisor, running[1], waiting, other)


async def test_a_node_takes_no_more_than_its_memory_allows(supervisor: Supervisor) -> None:
    large = await supervisor.running("large")
    waiting = await supervisor.submit("go", "large")
    assert await waits_because(supervisor, waiting) == "no node has a place for another job"
    small = await supervisor.running("on_gpu")  # 1 GiB beside 2 is what there is
    await ended(supervisor, large, small)
    await supervisor.until_seen(waiting, lambda event: getattr(event, "message", "") == "sleeping")
    await ended(supervisor, waiting)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("on_tpu", "no node can run agent `on_tpu`: all 2 nodes have no tpu"),
        ("huge", "local-2 has 3,072 MiB of memory for questions, and this one may take up to 4,096 MiB"),
    ],
)
async def test_what_no_node_could_ever_run_is_refused_at_once(supervisor: Supervisor, agent: str, words: str) -> None:
    with pytest.raises(CommandRefused) as refused:
        await supervisor.submit("go", agent)
    assert (refused.value.refused.code, words in refused.value.refused.error) == ("bad_request", True)


async def test_while_the_node_that_offers_it_is_drained_the_queue_says_what_is_missing(supervisor: Supervisor) -> None:
    await supervisor.client.request(DrainNode(OPERATOR, "local-2"), Stats)
    waiting = await supervisor.submit("go", "on_gpu")
    assert await waits_because(supervisor, waiting) == "node local-1 has no gpu"
    assert (await supervisor.record(waiting)).summary.state is State.QUEUED
    await supervisor.client.request(DrainNode(OPERATOR, "local-2", undo=True), Stats)
    await supervisor.until_seen(waiting, lambda event: getattr(event, "message", "") == "sleeping")
    await ended(supervisor, waiting)
