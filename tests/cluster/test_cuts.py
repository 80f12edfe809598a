"""A line that breaks for less than the lease: every event comes once and in order, and the job goes on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import State
from tests.cluster.conftest import CLUSTER, NUMBERS
from tests.cluster.harness.machines import HEAD, Machines
from tests.cluster.harness.people import has, ready
from tests.harness.network.proxies import CuttingProxy
from tests.harness.servers import Supervisor, eventually, running_supervisor

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE, PROXY = 7101, 7102
EVENTS = 400_000
RESETS = 6
SLOWLY = 8_000

SETTINGS = {
    "cluster.lease_s": 10,
    "cluster.listen": f"tcp://{HEAD}:{LINE}",
    "cluster.advertise": f"tcp://{HEAD}:{PROXY}",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def proxy() -> AsyncIterator[CuttingProxy]:
    """Every node's line goes through it."""
    proxy = CuttingProxy(lambda: asyncio.open_connection(HEAD, LINE), lambda: None)
    server = await asyncio.start_server(proxy.serve, HEAD, PROXY)
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def supervisor(
    machines: Machines, proxy: CuttingProxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("cluster"), {**CLUSTER, **SETTINGS}) as running:
        await eventually(lambda: ready(running, len(NUMBERS)), "every machine takes jobs", within_s=180)
        yield running


async def test_resets_cost_neither_an_event_nor_a_job(supervisor: Supervisor, proxy: CuttingProxy) -> None:
    job_id = await supervisor.submit(str(EVENTS), "counts")
    seen = 0
    chunks: list[str] = []
    async for batch, skip in supervisor.client.follow(job_id):
        chunks += [event.chunk for _, event in batch.events(skip) if isinstance(event, ResponseChunk)]
        if len(chunks) > (seen + 1) * EVENTS // (RESETS + 1):
            seen += 1
            proxy.cut()
    assert chunks == [f"{number} " for number in range(1, EVENTS + 1)]
    assert (seen, proxy.cuts >= RESETS) == (RESETS, True)
    assert await supervisor.how_it_ended(job_id) == (State.SUCCEEDED, None)


async def test_a_link_that_is_down_for_less_than_the_lease_costs_nothing(
    supervisor: Supervisor, machines: Machines
) -> None:
    await eventually(lambda: ready(supervisor, 1), "a machine takes jobs")
    job_id = await supervisor.submit(f"{SLOWLY} 1000", "paces")
    await supervisor.until(job_id, ResponseChunk)
    name = (await supervisor.record(job_id)).summary.node
    machine = machines.at(name)
    machine.cut()
    try:
        await eventually(lambda: has(supervisor, "silent", name), "it is silent")
    finally:
        machine.mend()
    events = await supervisor.events(job_id)
    numbers = [int(event.chunk.split()[0]) for _, event in events if isinstance(event, ResponseChunk)]
    assert numbers == list(range(1, SLOWLY + 1))
    assert await supervisor.how_it_ended(job_id) == (State.SUCCEEDED, None)
