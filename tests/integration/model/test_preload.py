"""What is built before a fork serves a client made after it."""

import asyncio
import sys
from pathlib import Path

from tests.fakes.messages_server import MessagesServer
from tests.fakes.scripts import COUNT_PER_CARRIER, flights

AFTER_FORK = """
import asyncio, os, sys, threading
from agent_worker.llm.settings import ModelSettings
from agent_worker.llm.client import ModelClient
from agent_worker.llm.transport.preload import preload
from agent_worker.llm.transport.preload import tls_context

from anthropic import types

assert not types.RawContentBlockDeltaEvent.__pydantic_complete__, "the SDK builds its types at their first use"
preload()
assert types.RawContentBlockDeltaEvent.__pydantic_complete__, "which takes so long that a stop would wait for it"
assert "anyio._backends._asyncio" in sys.modules
assert tls_context("https://a") is tls_context("https://b"), "the TLS context is shared"
assert threading.active_count() == 1, "a fork must find one thread"
if os.fork():
    sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))

from tests.fakes.flights import PLAN

async def ask():
    async with ModelClient(ModelSettings(base_url=sys.argv[1], api_key="none")) as client:
        print((await client.plan(PLAN)).sql, flush=True)

asyncio.run(ask())
os._exit(0)
"""


async def test_forked_child_uses_what_was_preloaded() -> None:
    root = Path(__file__).parents[3]
    async with MessagesServer(flights()) as server:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "error", "-c", AFTER_FORK, server.url),
            cwd=root,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(child.communicate(), 200)
        assert (child.returncode, out.decode().strip()) == (0, COUNT_PER_CARRIER), err.decode()
