"""A node's line that breaks, and followers that do not read: every event comes once, in order, and costs nobody else
anything."""

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bus.contract.events import ResponseChunk
from bus.contract.vocabulary import Proof, State
from tests.harness.network.proxies import CuttingProxy, cutting_port
from tests.harness.servers import Supervisor, running_supervisor
from tests.integration.delivery.test_flood import SETTINGS, stopped_in_a_flood

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENTS = 100_000
CUTS = 6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def line() -> AsyncIterator[tuple[int, int, CuttingProxy]]:
    """Where the head listens, where its node connects to, and what stands between."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with cutting_port(port, lambda: None) as (front, proxy):
        yield port, front, proxy


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(
    tmp_path_factory: pytest.TempPathFactory, containment: Proof, line: tuple[int, int, CuttingProxy]
) -> AsyncIterator[Supervisor]:
    ends = {"cluster.listen": f"tcp://127.0.0.1:{line[0]}", "cluster.advertise": f"tcp://127.0.0.1:{line[1]}"}
    async with running_supervisor(tmp_path_factory.mktemp("s"), {**SETTINGS, **ends}) as running:
        yield running


async def test_cuts_cost_neither_an_event_nor_the_job(
    supervisor: Supervisor, line: tuple[int, int, CuttingProxy]
) -> None:
    proxy = line[2]
    job_id = await supervisor.submit(str(EVENTS), "counts")
    chunks: list[str] = []
    cuts = 0
    async for batch, skip in supervisor.client.follow(job_id):
        chunks += [event.chunk for _, event in batch.events(skip) if isinstance(event, ResponseChunk)]
        if len(chunks) > (cuts + 1) * EVENTS // (CUTS + 1):
            cuts += 1
            proxy.cut()
    assert chunks == [f"{number} " for number in range(1, EVENTS + 1)]
    assert await supervisor.how_it_ended(job_id) == (State.SUCCEEDED, None)
    assert (cuts, proxy.cuts >= CUTS) == (CUTS, True)


async def test_a_follower_that_is_stopped_costs_little_and_misses_nothing(supervisor: Supervisor) -> None:
    await stopped_in_a_flood(supervisor, 16_000)
