"""`deadstop mcp`, spoken with by the SDK's own client: over standard input and output, and over HTTP."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from bus.contract.vocabulary import State
from bus.wire.commands import ListJobs
from bus.wire.job_record import JobRecord
from bus.wire.replies import Jobs
from tests.e2e.cli_runner import environment
from tests.harness.gateways import TOKENS, RunningGateway
from tests.harness.servers import OPERATOR, ROOT, Supervisor, eventually, is_gone
from tests.harness.zoo import WHOLE, zoo_settings

ENDLESS = "select count(*) from range(100000000000) t(a), range(1000) u(b) where (a * b) % 7 = 3"
READY_WITHIN_S = 100.0

SETTINGS = {**zoo_settings(), **WHOLE}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@asynccontextmanager
async def over_stdio(supervisor: Supervisor) -> AsyncIterator[Client]:
    """An assistant that has started `deadstop mcp` for the server of this machine."""
    arguments = ["-m", "ops", "mcp", "--state-dir", str(supervisor.state_dir)]
    async with Client(
        StdioServerParameters(command=sys.executable, args=arguments, env=environment(), cwd=ROOT)
    ) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(gateway: RunningGateway) -> AsyncIterator[str]:
    """Where `deadstop mcp --http` serves."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "ops", "mcp", "--http", "127.0.0.1:0", "--url", gateway.url),
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def over_http(address: str, token: str) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=READY_WITHIN_S) as http,
        Client(streamable_http_client(address, http_client=http)) as one,
    ):
        yield one


async def running_job(supervisor: Supervisor) -> JobRecord:
    """The one job that runs, once its process does."""
    found: list[JobRecord] = []

    async def runs() -> bool:
        jobs = (await supervisor.client.request(ListJobs(OPERATOR), Jobs)).jobs
        found[:] = [await supervisor.record(job.job_id) for job in jobs if job.state is State.RUNNING]
        return len(found) == 1

    await eventually(runs, "the call never ran")
    return found[0]


async def test_an_assistant_looks_asks_and_runs_sql(supervisor: Supervisor) -> None:
    told: list[tuple[float, str | None]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message))

    async with over_stdio(supervisor) as one:
        assert {tool.name for tool in (await one.list_tools()).tools} == {"ask", "sql", "describe_data", "stop"}
        described = _of(await one.call_tool("describe_data", {}))
        assert "carrier" in json.dumps([table for table in described["tables"] if table["name"] == "airlines"])
        assert str(ROOT) not in json.dumps(described)

        rows = {"statement": "select carrier from airlines order by 1", "max_rows": 2}
        found = _of(await one.call_tool("sql", rows, progress_callback=tell))
        assert (found["rows"], found["truncated"]) == ([["9E"], ["AA"]], True)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[0][1] == f"job {found['job_id']}"

        asked = _of(await one.call_tool("ask", {"question": "How many flights per frobnication?"}))
        assert asked["clarification"]["question"]
        again = {
            "question": "How many flights per frobnication?",
            "conversation_id": asked["conversation_id"],
            "clarification": "How many flights per airline?",
        }
        answered = _of(await one.call_tool("ask", again))
        assert (answered["clarification"], answered["row_count"]) == (None, 16)

        refused = await one.call_tool("sql", {"statement": "select nothing from nowhere"})
        assert refused.is_error
        assert "nowhere" in str(refused.content)
        assert (await supervisor.record(found["job_id"])).summary.agent == "sql"
        refused = await one.call_tool("sql", {"statement": "select how many flights per airline"})
        assert refused.is_error
        assert "Parser Error" in str(refused.content)
        refused = await one.call_tool("sql", {"statement": "How many flights per airline?"})
        assert refused.is_error
        assert "questions in words" in str(refused.content)


async def test_a_cancelled_call_is_a_proven_stop_and_so_is_one_that_another_stops(supervisor: Supervisor) -> None:
    async with over_stdio(supervisor) as one:
        await _cancelled(supervisor, one)
        assert _of(await one.call_tool("sql", {"statement": "select 42 as n"}))["rows"] == [[42]]
        await _stopped_by_another(supervisor, one)


async def test_over_http_too_and_as_oneself(supervisor: Supervisor, address: str) -> None:
    async with over_http(address, TOKENS["ann"]) as one:
        await _cancelled(supervisor, one)
        found = _of(await one.call_tool("sql", {"statement": "select 42 as n"}))
        assert (await supervisor.record(found["job_id"])).summary.user == "ann"
    for token in ("", "wrong"):
        async with over_http(address, token) as outsider:
            refused = await outsider.call_tool("describe_data", {})
            assert refused.is_error
            assert "token" in str(refused.content) or "signed in" in str(refused.content)


async def _cancelled(supervisor: Supervisor, one: Client) -> None:
    calling = asyncio.create_task(one.call_tool("sql", {"statement": ENDLESS}))
    record = await running_job(supervisor)
    calling.cancel()
    assert (await supervisor.how_it_ended(record.summary.job_id))[0] is State.CANCELLED
    assert record.summary.pid is not None
    assert is_gone(record.summary.pid)
    assert (await supervisor.record(record.summary.job_id)).note == "the assistant has cancelled its call"


async def _stopped_by_another(supervisor: Supervisor, one: Client) -> None:
    calling = asyncio.create_task(one.call_tool("sql", {"statement": ENDLESS}))
    record = await running_job(supervisor)
    stopped = _of(await one.call_tool("stop", {"job_id": record.summary.job_id}))["result"]
    assert [(each["job_id"], each["stopped"]) for each in stopped] == [(record.summary.job_id, True)]
    assert record.summary.pid is not None
    assert is_gone(record.summary.pid)
    ended = await calling
    assert ended.is_error
    assert "stopped" in str(ended.content)


async def test_an_assistant_that_leaves_leaves_no_job(supervisor: Supervisor) -> None:
    async with over_stdio(supervisor) as one:
        calling = asyncio.create_task(one.call_tool("sql", {"statement": ENDLESS}))
        record = await running_job(supervisor)
        calling.cancel()
    assert (await supervisor.how_it_ended(record.summary.job_id))[0] is State.CANCELLED


def _of(result: Any) -> dict[str, Any]:
    """What a tool has returned."""
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content
    return content
