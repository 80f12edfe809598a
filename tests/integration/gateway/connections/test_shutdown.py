"""Gateways that end: another one takes over, or the last job has ended. No client misses anything for it."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import pytest_asyncio

from bus.contract.vocabulary import State
from bus.serve_contract import DRAINED, DRAINED_SIGNAL, REPLACED_SIGNAL
from bus.wire.commands import Drain
from bus.wire.replies import Stats
from tests.harness.gateways import ANSWER_WITHIN_S, TOKENS, Wire
from tests.harness.network.cuts import ServedGateway, served_gateway
from tests.harness.servers import (
    OPERATOR,
    Supervisor,
    assert_nothing_left,
    eventually,
    running_supervisor,
    start_supervisor,
)
from tests.harness.zoo import zoo_settings

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPS = {"Authorization": f"Bearer {TOKENS['ops']}"}
ANN = {"Authorization": f"Bearer {TOKENS['ann']}"}
WIDE = "select i, repeat('x', 60) as wide from range(300000) t(i)"
FAR_MORE_THAN_SOCKETS_HOLD = 15_000_000


@asynccontextmanager
async def wire(gateway: ServedGateway, http: aiohttp.ClientSession) -> AsyncIterator[Wire]:
    async with http.ws_connect(f"http://127.0.0.1:{gateway.port}/ws", headers=ANN, max_msg_size=0) as socket:
        opened = Wire(socket)
        await opened.send("authenticate", batch=True)
        assert (await opened.next())["event"] == "authenticated"
        yield opened


@asynccontextmanager
async def downloading(gateway: ServedGateway, job_id: str) -> AsyncIterator[aiohttp.ClientResponse]:
    """A download that has begun, and of which nobody takes any more."""
    url = f"http://127.0.0.1:{gateway.port}/api/jobs/{job_id}/result.csv"
    async with aiohttp.ClientSession(headers=OPS) as http, http.get(url) as download:
        await download.content.read(1)
        yield download


async def taken_over(gateway: ServedGateway, number: signal.Signals = REPLACED_SIGNAL) -> asyncio.subprocess.Process:
    """Start another gateway on the same socket and tell the earlier one, which is returned."""
    earlier = gateway.process
    assert earlier is not None
    await gateway.start()
    await gateway.ready()
    earlier.send_signal(number)
    return earlier


def listens(process: asyncio.subprocess.Process) -> bool:
    return any(open_.status == psutil.CONN_LISTEN for open_ in psutil.Process(process.pid).net_connections("tcp"))


async def gone(process: asyncio.subprocess.Process, within_s: float = ANSWER_WITHIN_S) -> int:
    async with asyncio.timeout(within_s):
        return await process.wait()


async def sse_numbers(answer: aiohttp.ClientResponse) -> list[int]:
    """The numbers of an event stream, to its end."""
    return [int(line.removeprefix(b"id: ")) async for line in answer.content if line.startswith(b"id: ")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    settings = {**zoo_settings(), "supervisor.disconnect_grace_s": 0.0}
    async with running_supervisor(tmp_path_factory.mktemp("gateway"), settings) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wide(supervisor: Supervisor) -> str:
    """A job whose result is far more than sockets hold."""
    job_id = await supervisor.submit(WIDE, "sql")
    await supervisor.events(job_id)
    return job_id


async def test_who_is_replaced_finishes_what_is_under_way(supervisor: Supervisor, wide: str) -> None:
    patient = {"gateway.finish_grace_s": 200.0}
    async with served_gateway(supervisor.state_dir, patient) as gateway, aiohttp.ClientSession() as http:
        base = f"http://127.0.0.1:{gateway.port}/api/jobs"
        paced = await supervisor.submit("150 100", "paces")
        async with (
            wire(gateway, http) as page,
            http.get(f"{base}/{paced}/events", headers=OPS) as stream,
            downloading(gateway, wide) as download,
        ):
            await stream.content.readline()
            earlier = await taken_over(gateway)
            assert await page.closed() == aiohttp.WSCloseCode.SERVICE_RESTART
            async with http.get(f"{base}", headers=ANN) as answer:  # by the next one
                assert answer.status == 200
            assert (await sse_numbers(stream))[-1] == 152
            assert earlier.returncode is None
            assert len(await download.read()) > FAR_MORE_THAN_SOCKETS_HOLD
        assert await gone(earlier) == 0


async def test_a_connection_made_just_before_is_still_answered(supervisor: Supervisor) -> None:
    async with served_gateway(supervisor.state_dir) as gateway:
        await eventually(lambda: _answers(gateway), "the gateway is there")
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        idle = await asyncio.open_connection("127.0.0.1", gateway.port)
        await _answers(gateway)  # so both have been accepted: a socket's connections are accepted in turn
        earlier = await taken_over(gateway)
        await eventually(lambda: not listens(earlier), "it accepts no more")
        async with asyncio.timeout(ANSWER_WITHIN_S):
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = await reader.read()
            assert await idle[0].read() == b""
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"Connection: close" in answer
        for made in (writer, idle[1]):
            made.close()
        assert await gone(earlier) == 0


async def test_who_takes_nothing_is_cut_off_after_the_grace(supervisor: Supervisor, wide: str) -> None:
    impatient = {"gateway.finish_grace_s": 0.5}
    async with served_gateway(supervisor.state_dir, impatient) as gateway, downloading(gateway, wide) as download:
        earlier = await taken_over(gateway)
        assert await gone(earlier) == 0
        with pytest.raises(aiohttp.ClientError):
            await download.read()


async def test_told_to_end_it_does_not_finish_first(supervisor: Supervisor, wide: str) -> None:
    patient = {"gateway.finish_grace_s": 200.0}
    async with served_gateway(supervisor.state_dir, patient) as gateway, downloading(gateway, wide):
        earlier = await taken_over(gateway)
        earlier.send_signal(signal.SIGTERM)
        assert await gone(earlier) == 0


async def test_changing_gateways_is_not_leaving(supervisor: Supervisor) -> None:
    """With a grace of 0 s a job ends when its page closes, but not when the page is sent to another gateway."""
    async with served_gateway(supervisor.state_dir, zoo_settings()) as gateway, aiohttp.ClientSession() as http:
        async with wire(gateway, http) as page:
            await page.ask("s1", "go", "sleeps")
            job_id = await page.first_word()
            earlier = await taken_over(gateway)
            assert await page.closed() == aiohttp.WSCloseCode.SERVICE_RESTART
        async with wire(gateway, http) as page:
            await page.send("agent_follow", session_id="s1", after_seq=2)
            await page.send("agent_list")
            await page.until("agent_jobs")
            assert await gone(earlier) == 0
            assert (await supervisor.record(job_id)).summary.state is State.RUNNING
        await supervisor.events(job_id)
        assert (await supervisor.record(job_id)).summary.reason == "disconnect"


async def test_after_a_drain_a_slow_page_gets_everything(tmp_path: Path) -> None:
    state_dir, settings = tmp_path / "state", {**zoo_settings(), "gateway.finish_grace_s": 200.0}
    process = await start_supervisor(state_dir, settings)
    async with served_gateway(state_dir, settings) as gateway, aiohttp.ClientSession() as http:
        async with wire(gateway, http) as slow, wire(gateway, http) as idle:
            await slow.ask("s1", "300000", "counts")
            await slow.until("agent_accepted")
            await _drain(state_dir, process)
            draining = gateway.process
            assert draining is not None
            draining.send_signal(DRAINED_SIGNAL)
            assert await idle.closed() == aiohttp.WSCloseCode.GOING_AWAY
            assert draining.returncode is None
            stream = await slow.stream(after=1)
            assert (stream[-1]["event"], len(stream)) == ("agent_complete", 300_001)
            assert await slow.closed() == aiohttp.WSCloseCode.GOING_AWAY
        assert await gone(draining) == 0
    assert_nothing_left(state_dir)


async def _drain(state_dir: Path, process: asyncio.subprocess.Process) -> None:
    """Have the supervisor drain, and wait until it has."""
    from bus.client import BusClient

    client = BusClient.connect(state_dir)
    try:
        await client.request(Drain(OPERATOR), Stats)
    finally:
        client.close()
    assert await gone(process) == DRAINED


async def _answers(gateway: ServedGateway) -> Any:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{gateway.port}/healthz") as answer:
        return json.loads(await answer.read())["ok"]
