"""The pages of `examples/clients`, each in one file and served from elsewhere: streaming, a lost line, a stop, asking
back."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from bus.wire.commands import ListJobs
from bus.wire.replies import Jobs
from tests.browser.harness.visits import Visits
from tests.harness.gateways import TOKENS, running_gateway
from tests.harness.network.proxies import CuttingProxy, cutting_port
from tests.harness.servers import OPERATOR, Supervisor, is_gone, running_supervisor

PAGES = Path(__file__).parents[3] / "examples/clients"
ZOO = {
    "agents.zoo": {"entrypoint": "tests.browser.harness.agents:run", "sandbox": False},
    "agent.default": "zoo",
    "worker.preload": ["agent_worker.warmup.preload", "tests.browser.harness.agents"],
}
CHUNKS = 300


class World(NamedTuple):
    """Where the pages are, the server that they speak with, and the line to it."""

    address: str
    supervisor: Supervisor
    line: CuttingProxy


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    ports: list[int] = []

    async def page(request: web.Request) -> web.Response:
        text = (PAGES / request.match_info["name"]).read_text()
        return web.Response(text=text.replace("127.0.0.1:8642", f"127.0.0.1:{ports[0]}"), content_type="text/html")

    app = web.Application()
    app.router.add_get("/pages/{name}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with running_supervisor(tmp_path_factory.mktemp("pages"), ZOO) as supervisor:
        settings = {**ZOO, "gateway.allowed_origins": [address]}
        async with (
            running_gateway(supervisor.state_dir, settings) as gateway,
            cutting_port(gateway.port, lambda: None) as (port, line),
        ):
            ports.append(port)
            yield World(f"{address}/pages", supervisor, line)
    await runner.cleanup()


@pytest.mark.parametrize("name", ["chat.html", "socketio.html"])
async def test_it_streams_goes_on_stops_and_asks_back(world: World, visits: Visits, name: str) -> None:
    visits.expect_complaint("WebSocket|ERR_|favicon")
    page = await visits.open(f"{world.address}/{name}#{TOKENS['ann']}")
    words, answer = page.locator("#words"), page.locator("#answer")

    async def ask(text: str) -> None:
        await page.fill("#query", text)
        await page.click("#send")

    await expect(words).to_have_text("Ready")
    await ask(f"paces {CHUNKS} 100")
    await expect(page.locator("#spinner")).to_be_visible()
    await expect(answer).to_contain_text(" 40 ")
    world.line.cut()
    await expect(words).to_have_text("Done")
    assert (await answer.inner_text()).split()[::2] == [str(number) for number in range(1, CHUNKS + 1)]

    await ask("swallows_cancel go")
    await expect(words).not_to_have_text("Thinking…")
    (job,) = (await world.supervisor.client.request(ListJobs(OPERATOR), Jobs)).jobs
    await page.click("#stop")
    await expect(words).to_have_text("Stopping…")
    await expect(words).to_contain_text("Cancelled: nothing of it runs any more")
    assert job.pid is not None
    assert is_gone(job.pid)
    await expect(page.locator("#stop")).to_be_hidden()

    await ask("asks")
    await expect(words).to_have_text("Asked back")
    await expect(answer.locator("strong")).to_have_text("Which one?")
    await expect(answer.locator("li")).to_have_text(["the first", "the second"])
    await ask("the second")
    await expect(answer.locator("strong")).to_have_text("the second")
    await expect(words).to_have_text("Done")
