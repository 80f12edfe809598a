"""The Python client, with a loop and without, over a line that is cut again and again."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, ListJobs
from bus.wire.replies import Jobs
from deadstop.client import (
    Accepted,
    AsyncClient,
    Chunk,
    Client,
    Complete,
    Declined,
    Event,
    JobFailed,
    JobStopped,
    Killed,
    ResponseChunk,
    Rows,
    Status,
    Unreachable,
)
from tests.harness.gateways import TOKENS
from tests.harness.network.cuts import ServedGateway, served_gateway
from tests.harness.network.proxies import CuttingProxy, cutting_port
from tests.harness.servers import Supervisor, is_gone
from tests.harness.zoo import FLIGHTS, zoo_settings

ANN = Caller("ann", Role.USER)
CHUNKS = 2_000

SETTINGS = {**zoo_settings(), **FLIGHTS}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(supervisor: Supervisor) -> AsyncIterator[ServedGateway]:
    async with served_gateway(supervisor.state_dir, zoo_settings()) as gateway:
        await gateway.ready()
        yield gateway


@pytest_asyncio.fixture(loop_scope="module")
async def cut_line(served: ServedGateway) -> AsyncIterator[tuple[int, CuttingProxy]]:
    """Each connection passes some bytes: the first ones not even a request, few the longest event, which is the end."""
    passes = itertools.chain([10, 300, 900], itertools.cycle([5_000, 12_000, 3_000, 20_000, 120_000]))
    async with cutting_port(served.port, lambda: next(passes)) as line:
        yield line


def words(events: list[Event]) -> list[str]:
    said = [event.chunk for event in events if isinstance(event, Chunk)]
    return [chunk.chunk.split()[0] for chunk in said if isinstance(chunk, ResponseChunk)]


def is_whole(events: list[Event]) -> None:
    """Beginning, numbered chunks and end, each once, in order."""
    assert isinstance(events[0], Accepted)
    assert isinstance(events[-1], Complete)
    assert [event.seq for event in events] == list(range(1, CHUNKS + 3))
    assert words(events) == [str(number) for number in range(1, CHUNKS + 1)]


async def test_a_cut_line_loses_nothing_and_asks_once(
    supervisor: Supervisor, cut_line: tuple[int, CuttingProxy], session: str
) -> None:
    port, proxy = cut_line
    async with AsyncClient(f"http://127.0.0.1:{port}", TOKENS["ann"]) as client:
        job = await client.ask(f"{CHUNKS} 4000", agent="paces", session_id=session)
        is_whole([event async for event in job])
    assert proxy.cuts > 5
    listed = (await supervisor.client.request(ListJobs(ANN, ended=True), Jobs)).jobs
    assert [row.job_id for row in listed if row.session_id == session] == [job.id]


async def test_without_a_loop_it_is_the_same(cut_line: tuple[int, CuttingProxy]) -> None:
    port, proxy = cut_line

    def ask() -> list[Event]:
        with Client(f"127.0.0.1:{port}?token={TOKENS['ann']}") as client:
            return list(client.ask(f"{CHUNKS} 4000", agent="paces"))

    is_whole(await asyncio.to_thread(ask))
    assert proxy.cuts > 5


async def test_another_client_goes_on_by_number(served: ServedGateway) -> None:
    async with AsyncClient(served_url(served), TOKENS["ann"]) as one:
        job = await one.ask("40 400", agent="paces")
        first = [event async for event in _some(job.events(), 17)]
    async with AsyncClient(served_url(served), TOKENS["ann"]) as other:
        again = await other.job(job.id[:12])
        rest = [event async for event in again.events(after=17)]
        nothing = [event async for event in again.events(after=rest[-1].seq or 0)]
    assert words(first + rest) == [str(number) for number in range(1, 41)]
    assert nothing == []


async def test_a_killed_gateway_is_waited_for(served: ServedGateway) -> None:
    async with AsyncClient(served_url(served), TOKENS["ann"]) as client:
        job = await client.ask("300 300", agent="paces")
        events: list[Event] = []
        async for event in job:
            events.append(event)
            if event.seq == 20:
                await served.end(9)
                await served.start()
    await served.ready()
    assert words(events) == [str(number) for number in range(1, 301)]


@pytest.mark.parametrize("agent", ["sleeps", "swallows_cancel"])
async def test_a_stop_returns_with_the_proof(served: ServedGateway, agent: str) -> None:
    async with AsyncClient(served_url(served), TOKENS["ann"]) as client:
        job = await client.ask("go", agent=agent)
        await _until_said(job.events())
        pid = (await job.record())["pid"]
        end = await job.stop(reason="seen enough")
        assert isinstance(end, Killed)
        assert is_gone(pid)
        assert (end.reason, (await job.record())["note"]) == ("user", "seen enough")
        assert await job.stop() == end
        with pytest.raises(JobStopped, match="stopped by ann"):
            await job.result()


async def test_a_stop_arrives_over_a_cut_line(cut_line: tuple[int, CuttingProxy]) -> None:
    port, _ = cut_line
    async with AsyncClient(f"http://127.0.0.1:{port}", TOKENS["ann"]) as client:
        job = await client.ask("go", agent="sleeps")
        await _until_said(job.events())
        assert isinstance(await job.stop(), Killed)


async def test_a_block_that_is_left_leaves_no_process(served: ServedGateway) -> None:
    def leave() -> int:
        with Client(served_url(served), TOKENS["ann"]) as client, client.ask("go", agent="sleeps") as job:
            for event in job:
                if isinstance(event, Chunk) and isinstance(event.chunk, Status):
                    return int(job.record()["pid"])
        raise AssertionError("it ended by itself")

    assert is_gone(await asyncio.to_thread(leave))


async def test_an_answer_its_rows_and_its_files(served: ServedGateway, tmp_path: Path) -> None:
    async with AsyncClient(served_url(served), TOKENS["ann"]) as client:
        job = await client.ask("select carrier, name from airlines order by carrier", max_rows=3)
        events = [event async for event in job]
        rows = [event.chunk.rows for event in events if isinstance(event, Chunk) and isinstance(event.chunk, Rows)]
        assert [row[0] for row in itertools.chain(*rows)] == ["9E", "AA", "AS"]
        result = (await job.result()).result
        assert result.final_output["raw_table"]["row_count"] == 3
        await job.save(tmp_path / "airlines.csv")
        assert (tmp_path / "airlines.csv").read_text().startswith('"carrier","name"')
        catalog = await client.catalog()
        assert catalog is not None
        assert catalog.table("airlines") is not None


async def test_what_is_refused_says_why(served: ServedGateway) -> None:
    async with AsyncClient(served_url(served), TOKENS["ann"]) as client:
        with pytest.raises(Declined) as refused:
            await client.ask("go", agent="nobody")
        assert refused.value.code == "bad_request"
        with pytest.raises(Declined, match="no such job") as missing:
            await client.job("nothing")
        assert missing.value.code == "not_found"
        job = await client.ask("go", agent="raises")
        with pytest.raises(JobFailed) as failed:
            await job.result()
        assert failed.value.end.code == "agent_error"
    async with AsyncClient("http://127.0.0.1:9") as nobody:
        with pytest.raises(Unreachable, match="Connection refused"):
            await nobody.jobs()
    async with AsyncClient(served_url(served), "wrong") as outsider:
        with pytest.raises(Declined) as turned_away:
            await outsider.jobs()
        assert turned_away.value.code == "unauthorized"


def served_url(served: ServedGateway) -> str:
    return f"http://127.0.0.1:{served.port}"


async def _some(events: AsyncIterator[Event], count: int) -> AsyncIterator[Event]:
    async for event in events:
        yield event
        if event.seq == count:
            return


async def _until_said(events: AsyncIterator[Event]) -> None:
    """Wait for the first status: the agent runs."""
    async for event in events:
        if isinstance(event, Chunk) and isinstance(event.chunk, Status):
            return
    raise AssertionError("it ended before it said anything")
