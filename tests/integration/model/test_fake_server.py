"""The fake model server as a program of its own, as end-to-end tests and people start it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp

from agent_worker.llm.client import ModelClient
from agent_worker.llm.settings import ModelSettings
from agent_worker.plan import SqlPlan
from tests.fakes.flights import PLAN


async def test_program_prints_its_address_serves_and_ends_on_sigterm() -> None:
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.messages_server", "--script", "flights"),
        cwd=Path(__file__).parents[3],
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    try:
        url = json.loads(await asyncio.wait_for(server.stdout.readline(), 120))["url"]
        async with ModelClient(ModelSettings(base_url=url)) as client:
            assert isinstance(await client.plan(PLAN), SqlPlan)
        async with aiohttp.ClientSession() as session, session.get(f"{url}/requests") as response:
            (seen,) = await response.json()
        assert seen["finished"]
        assert seen["left_at"] is None
        server.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.wait(), 60) == 0
    finally:
        if server.returncode is None:
            server.kill()
            await server.wait()
