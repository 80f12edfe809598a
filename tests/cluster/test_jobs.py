"""What is asked runs on a machine of the cluster: it streams, is stopped on each rung, and nothing is left there."""

import json

import pytest

from bus.contract.events import Queue, ResponseChunk
from bus.contract.vocabulary import Proof, Reason, Rung, State
from bus.wire.commands import DrainNode
from bus.wire.replies import Stats
from tests.cluster.harness.machines import WITH_GPU, Machine, Machines
from tests.cluster.harness.people import has, nodes
from tests.harness.jobs.stopping import climbed
from tests.harness.servers import OPERATOR, Supervisor, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

TELLS = {"entrypoint": "tests.programs.tells_environment:run", "sandbox": False}
SETTINGS = {
    "cluster.lease_s": 8,
    "agents.on_gpu": {**TELLS, "resource": "gpu"},
    "agents.on_tpu": {**TELLS, "resource": "tpu"},
}


async def test_every_event_comes_once_and_in_order(supervisor: Supervisor, machines: Machines) -> None:
    job_id = await supervisor.submit("20000", "counts")
    events = await supervisor.events(job_id)
    chunks = [event.chunk for _, event in events if isinstance(event, ResponseChunk)]
    assert chunks == [f"{number} " for number in range(1, 20001)]
    record = await supervisor.record(job_id)
    assert record.summary.node in {machine.address for machine in machines.there}
    assert (record.summary.state, record.proof) == (State.SUCCEEDED, Proof.NODE_REAPED)


@pytest.mark.parametrize(
    ("animal", "rung"),
    [("sleeps", Rung.CANCEL), ("swallows_cancel", Rung.TERMINATE), ("ignores_signals", Rung.KILL)],
)
async def test_a_stop_ends_on_the_rung_that_the_worker_obeys(
    supervisor: Supervisor, machines: Machines, animal: str, rung: Rung
) -> None:
    before = machines.inside()
    job_id = await supervisor.running(animal)
    assert machines.inside() != before
    await supervisor.stop(job_id)
    await climbed(supervisor, job_id, rung)
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, Reason.USER)
    assert machines.inside() == before
    assert (await supervisor.record(job_id)).proof is Proof.NODE_REAPED


async def test_an_agent_that_needs_a_gpu_runs_where_there_is_one_and_finds_it(
    supervisor: Supervisor,
) -> None:
    for _ in range(4):
        job_id = await supervisor.submit("go", "on_gpu")
        events = await supervisor.events(job_id)
        said = "".join(event.chunk for _, event in events if isinstance(event, ResponseChunk))
        assert json.loads(said)[1]["CUDA_VISIBLE_DEVICES"] == "0"
        assert (await supervisor.record(job_id)).summary.node == Machine(WITH_GPU).address


async def test_for_a_resource_that_no_machine_offers_yet_a_question_waits_and_says_so(supervisor: Supervisor) -> None:
    job_id = await supervisor.submit("go", "on_tpu")
    told = await supervisor.until_seen(job_id, lambda event: isinstance(event, Queue) and event.note != "")
    assert str(told[-1]).count("has no tpu") == 1
    await supervisor.stop(job_id)
    assert await supervisor.how_it_ended(job_id) == (State.CANCELLED, Reason.USER)


async def test_a_drained_machine_finishes_leaves_and_comes_back(supervisor: Supervisor) -> None:
    job_id = await supervisor.running("sleeps")
    name = (await supervisor.record(job_id)).summary.node
    await supervisor.client.request(DrainNode(OPERATOR, name, False), Stats)
    assert (await nodes(supervisor))[name].state == "draining"
    await supervisor.stop(job_id)
    await eventually(lambda: has(supervisor, "left", name), "it has left")
    await supervisor.client.request(DrainNode(OPERATOR, name, True), Stats)
    await eventually(lambda: has(supervisor, "ready", name), "it takes jobs again")
