"""A stream is taken up again on every way there is, always the same events; a question asked twice runs once."""

import asyncio
import json
import random
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bus.contract.vocabulary import Role
from bus.wire.commands import Caller, ListJobs
from bus.wire.outside import ENDINGS
from bus.wire.replies import Jobs
from tests.e2e.cli_runner import program
from tests.harness.gateways import TOKENS, Event
from tests.harness.network.cuts import Cut, CutClient, ServedGateway, served_gateway
from tests.harness.servers import Supervisor, running_supervisor
from tests.harness.zoo import zoo_settings

ANN = Caller("ann", Role.USER)
CHUNKS = 3000
PIECES = 6

pytestmark = pytest.mark.asyncio(loop_scope="module")

Reader = Callable[[Supervisor, ServedGateway, str, int, int], Awaitable[list[Event]]]
"""Takes up a job's stream after an event and is cut off after so many more; returns what came."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def supervisor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Supervisor]:
    async with running_supervisor(tmp_path_factory.mktemp("resuming"), zoo_settings()) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(supervisor: Supervisor) -> AsyncIterator[ServedGateway]:
    async with served_gateway(supervisor.state_dir, zoo_settings()) as served:
        yield served


async def server_sent_events(
    supervisor: Supervisor, gateway: ServedGateway, job_id: str, after: int, count: int
) -> list[Event]:
    url = f"http://127.0.0.1:{gateway.port}/api/jobs/{job_id}/events"
    headers = {"Authorization": f"Bearer {TOKENS['ann']}", "Last-Event-ID": str(after)}
    found: list[Event] = []
    async with aiohttp.ClientSession(read_bufsize=1 << 24) as http, http.get(url, headers=headers) as answer:
        async for line in answer.content:
            if line.startswith(b"data: "):
                found.append(json.loads(line.removeprefix(b"data: ")))
                if len(found) == count:
                    break
    return found


def _tail(folder: Path, arguments: list[str], job_id: str, after: int, count: int) -> list[Event]:
    """`deadstop tail`, killed after so many lines."""
    found: list[Event] = []
    with program(folder, "tail", job_id, "--json", "--after", str(after), *arguments) as running:
        while len(found) < count and not (found and found[-1]["event"] in ENDINGS):
            found.append(json.loads(running.line()))
    return found


async def tail_here(supervisor: Supervisor, gateway: ServedGateway, job_id: str, after: int, count: int) -> list[Event]:
    arguments = ["--state-dir", str(supervisor.state_dir)]
    return await asyncio.to_thread(_tail, supervisor.state_dir.parent, arguments, job_id, after, count)


async def tail_remote(
    supervisor: Supervisor, gateway: ServedGateway, job_id: str, after: int, count: int
) -> list[Event]:
    arguments = ["--url", f"http://127.0.0.1:{gateway.port}", "--token", TOKENS["ann"]]
    return await asyncio.to_thread(_tail, supervisor.state_dir.parent, arguments, job_id, after, count)


@pytest.mark.parametrize("reader", [server_sent_events, tail_here, tail_remote])
async def test_a_stream_taken_up_again_is_the_same_on_every_way(
    supervisor: Supervisor, gateway: ServedGateway, reader: Reader
) -> None:
    dice = random.Random(5)
    session = f"s{secrets.token_hex(4)}"
    page = CutClient(gateway, session, f"{CHUNKS} 1000")
    await page.until(1, Cut.GOODBYE)
    following = asyncio.create_task(page.until(CHUNKS + 2, Cut.GOODBYE))
    job_id = page.received[0]["data"]["job_id"]
    found: list[Event] = []
    for _ in range(PIECES):
        found += await reader(supervisor, gateway, job_id, len(found), dice.randrange(1, CHUNKS // PIECES))
    while found[-1]["event"] not in ENDINGS:
        found += await reader(supervisor, gateway, job_id, len(found), CHUNKS)
    await following
    assert found == page.received


async def one_job(supervisor: Supervisor, session: str) -> str:
    """The only job of a session of ann's."""
    jobs = (await supervisor.client.request(ListJobs(ANN, ended=True, limit=1000), Jobs)).jobs
    (job_id,) = [job.job_id for job in jobs if job.session_id == session]
    return job_id


async def test_a_question_asked_on_many_connections_at_once_runs_once(
    supervisor: Supervisor, gateway: ServedGateway
) -> None:
    async with served_gateway(supervisor.state_dir, zoo_settings()) as other:
        for _ in range(10):
            session = f"s{secrets.token_hex(4)}"
            clients = [CutClient(served, session, "hello", "echoes") for served in (gateway, other) for _ in range(3)]
            await asyncio.gather(*(client.until(1 << 30, Cut.GOODBYE) for client in clients))
            assert all(client.received == clients[0].received for client in clients)
            assert clients[0].received[0]["data"]["job_id"] == await one_job(supervisor, session)


@pytest.mark.parametrize("heard", [0, 1, 50])
async def test_a_question_asked_again_after_its_gateway_was_killed_runs_once(
    supervisor: Supervisor, gateway: ServedGateway, heard: int
) -> None:
    """`heard`: how much of the answer has come by then; with 0, nobody knows whether the question has arrived."""
    session = f"s{secrets.token_hex(4)}"
    question = "500 500"
    async with aiohttp.ClientSession() as http, http.ws_connect(f"http://127.0.0.1:{gateway.port}/ws") as line:
        await line.send_json({"event": "authenticate", "data": {"token": TOKENS["ann"]}})
        await line.receive()
        asked = {"session_id": session, "query": question, "agent": "paces"}
        await line.send_json({"event": "agent_query_stream", "data": asked})
        first = [json.loads((await line.receive()).data) for _ in range(heard)]
        await gateway.end(signal.SIGKILL)
    await gateway.start()
    again = CutClient(gateway, session, question)
    await again.until(1 << 30, Cut.GOODBYE)
    assert again.received[: len(first)] == first
    assert [event["data"]["seq"] for event in again.received] == list(range(1, 503))
    assert again.received[0]["data"]["job_id"] == await one_job(supervisor, session)
    assert again.received[-1]["event"] == "agent_complete"
