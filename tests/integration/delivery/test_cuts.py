"""A stream whose client is cut off two hundred times, in every way there is: nothing is missing, nothing twice."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, ListJobs
from bus.wire.replies import Jobs
from tests.harness.network.cuts import Cut, CutClient, ServedGateway, served_gateway
from tests.harness.servers import Supervisor, assert_nothing_left, eventually, start_supervisor
from tests.harness.zoo import zoo_settings

ANN = Caller("ann", Role.USER)
CHUNKS = 50_000
CHUNKS_PER_S = 1_800
CUTS = {Cut.GOODBYE: 60, Cut.ABORT: 90, Cut.CLIENT_KILLED: 40, Cut.GATEWAY_KILLED: 10}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def dice() -> random.Random:
    """Chance that can be repeated: DEADSTOP_SEED=..."""
    seed = int(os.environ.get("DEADSTOP_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
    print(f"DEADSTOP_SEED={seed}")
    return random.Random(seed)


@pytest_asyncio.fixture(loop_scope="module")
async def gateway(supervisor: Supervisor) -> AsyncIterator[ServedGateway]:
    async with served_gateway(supervisor.state_dir, zoo_settings()) as served:
        yield served


def plan(dice: random.Random, share: float = 1.0) -> list[tuple[int, Cut]]:
    """After which event which cut comes, over this share of the stream."""
    cuts = [cut for cut, times in CUTS.items() for _ in range(round(times * share))]
    dice.shuffle(cuts)
    return list(zip(sorted(dice.sample(range(2, round(CHUNKS * share)), len(cuts))), cuts, strict=True))


async def cut_off(client: CutClient, cuts: list[tuple[int, Cut]]) -> list[float]:
    """Take the client through the cuts; returns when (Unix seconds) each of them came."""
    await client.until(1, Cut.GOODBYE)
    cut_at = []
    for seq, cut in cuts:
        await client.until(max(seq, client.after + 1), cut)
        cut_at.append(time.time())
    return cut_at


def is_whole(client: CutClient, chunks: int, last: str) -> None:
    """Beginning, numbered chunks and end, each once, in order."""
    said = [event["data"]["chunk"]["chunk"].split()[0] for event in client.received[1:-1]]
    assert said == [str(number) for number in range(1, chunks + 1)]
    assert (client.received[0]["event"], client.received[-1]["event"]) == ("agent_accepted", last)


async def test_fifty_thousand_chunks_survive_two_hundred_cuts(
    supervisor: Supervisor, gateway: ServedGateway, dice: random.Random
) -> None:
    client = CutClient(gateway, "cut", f"{CHUNKS} {CHUNKS_PER_S}")
    cut_at = await cut_off(client, plan(dice))
    await client.until(CHUNKS + 2, Cut.GOODBYE)
    is_whole(client, CHUNKS, "agent_complete")
    (record,) = (await supervisor.client.request(ListJobs(ANN, ended=True), Jobs)).jobs
    assert record.ended_at is not None
    live = sum(at < record.ended_at for at in cut_at)
    print(f"{len(cut_at)} cuts, {live} of them while the job ran; {client.connections} connections")
    assert live > len(cut_at) // 20


async def test_a_killed_supervisor_takes_nothing_back(tmp_path: Path, dice: random.Random) -> None:
    state_dir = tmp_path / "state"
    first = await start_supervisor(state_dir, zoo_settings())
    async with served_gateway(state_dir, zoo_settings()) as gateway:
        client = CutClient(gateway, "cut", f"{CHUNKS} {CHUNKS_PER_S}")
        await cut_off(client, plan(dice, 0.1))
        following = asyncio.create_task(client.until(CHUNKS + 2, Cut.GOODBYE))
        await eventually(lambda: client.after > CHUNKS // 8, "the stream does not go on")
        first.kill()
        await first.wait()
        second = await start_supervisor(state_dir, zoo_settings())
        await following
        is_whole(client, len(client.received) - 2, "agent_error")
        assert client.received[-1]["data"]["code"] == "supervisor_lost"
        again = CutClient(gateway, "cut", "", received=client.received[:1])
        await again.until(CHUNKS + 2, Cut.GOODBYE)
        assert again.received == client.received
        second.terminate()
        assert await second.wait() == 0
    assert_nothing_left(state_dir)
