"""The examples that are programs: a web application in front of Deadstop, and a notebook."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from tests.harness.gateways import TOKENS, RunningGateway
from tests.harness.servers import ROOT, Supervisor, eventually, is_gone
from tests.harness.zoo import FLIGHTS, zoo_settings

EXAMPLES = ROOT / "examples/clients"
ENDLESS = "select count(*) from range(100000000000) t(a), range(1000) u(b) where (a * b) % 7 = 3"

SETTINGS = {**zoo_settings(), **FLIGHTS}

pytestmark = pytest.mark.asyncio(loop_scope="module")


def surroundings(gateway: RunningGateway) -> dict[str, str]:
    url = f"{gateway.url}/?token={quote(TOKENS['ann'])}"
    return {**os.environ, "DEADSTOP_URL": url, "PYTHONPATH": str(ROOT)}


@asynccontextmanager
async def application(gateway: RunningGateway, socket: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """The FastAPI example, as its first lines say to start it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "fastapi_app:app", "--uds", str(socket), "--log-level", "warning"),
        cwd=EXAMPLES,
        env=surroundings(gateway),
    )
    try:
        await eventually(socket.exists, "the application never listened")
        async with aiohttp.ClientSession("http://app", connector=aiohttp.UnixConnector(str(socket))) as http:
            yield http
    finally:
        process.terminate()
        await process.wait()


async def test_an_application_streams_and_stops(
    gateway: RunningGateway, supervisor: Supervisor, tmp_path: Path
) -> None:
    async with application(gateway, tmp_path / "app") as http:
        async with http.get("/") as page:
            assert "Stop" in await page.text()
        async with http.post("/ask", json={"question": "How many flights per airline?"}) as asked:
            job = (await asked.json())["job"]
        async with http.get(f"/answers/{job}") as answer:
            assert "16 rows" in await answer.text()

        async with http.post("/ask", json={"question": ENDLESS}) as asked:
            job = (await asked.json())["job"]
        async with http.get(f"/answers/{job}") as answer:

            async def pid() -> int | None:
                return (await supervisor.record(job)).summary.pid

            await eventually(pid, "the job never ran")
            running = await pid()
            assert running is not None
            async with http.post(f"/stop/{job}") as stopped:
                assert await stopped.json() == {"stopped": True, "finished_before": False}
            assert is_gone(running)
            assert "nothing of it runs any more" in await answer.text()
        async with http.post("/ask", json={"question": ""}) as refused:
            assert refused.status == 400


async def test_a_notebook_runs_from_top_to_bottom(gateway: RunningGateway, supervisor: Supervisor) -> None:
    cells = json.loads((EXAMPLES / "notebook.ipynb").read_text())["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), env=surroundings(gateway), stdout=asyncio.subprocess.PIPE
    )
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0
    assert "16 [" in said
    assert "KilledData(" in said
