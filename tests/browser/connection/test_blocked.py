"""A network that lets no WebSocket through: the page goes on over HTTP by itself, and keeps what it promises."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import ClientSession, ClientTimeout, web
from playwright.async_api import expect

from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server
from tests.harness.servers import eventually, is_gone

NOT_PASSED_ON = ("Transfer-Encoding", "Content-Length", "Connection", "Keep-Alive")


class Blocking:
    """A proxy before the server that refuses every upgrade, and can lose all its connections at once."""

    def __init__(self, behind: str) -> None:
        self._behind = behind
        self.refused = 0
        self.over_http = 0
        self.address = ""
        self._open: set[asyncio.Transport] = set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            self.refused += 1
            return web.Response(status=403, text="no upgrades here")
        self.over_http += request.path == "/api/connection"
        assert request.transport is not None
        transport = request.transport
        self._open.add(transport)
        try:
            return await self._passed_on(request)
        finally:
            self._open.discard(transport)

    def cut(self) -> None:
        for transport in self._open:
            transport.abort()

    async def _passed_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        async with (
            ClientSession(timeout=ClientTimeout(total=None), auto_decompress=False) as http,
            http.request(
                request.method,
                self._behind + request.raw_path,
                headers=request.headers,
                data=body,
                allow_redirects=False,
            ) as answered,
        ):
            kept = [(name, text) for name, text in answered.headers.items() if name not in NOT_PASSED_ON]
            response = web.StreamResponse(status=answered.status)
            for name, text in kept:
                response.headers.add(name, text)
            await response.prepare(request)
            try:
                async for piece in answered.content.iter_any():
                    await response.write(piece)
            except ConnectionError:
                pass  # the browser has gone, or was cut off
            return response


@pytest_asyncio.fixture(loop_scope="session")
async def blocking(offline_server: Server) -> AsyncIterator[Blocking]:
    base, _, token = offline_server.url.partition("?")
    proxy = Blocking(base.rstrip("/"))
    app = web.Application(client_max_size=1 << 24)
    app.router.add_route("*", "/{path:.*}", proxy.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    proxy.address = f"http://127.0.0.1:{runner.addresses[0][1]}/?{token}"
    yield proxy
    proxy.cut()
    await runner.cleanup()


REFUSALS = r"WebSocket connection to .* failed"
CUTS = r"ERR_|net::|Failed to load resource"


async def signed_in(visits: Visits, blocking: Blocking) -> Tab:
    visits.expect_complaint(REFUSALS)
    visits.expect_complaint(CUTS)
    tab = Tab(await visits.open(blocking.address))
    await tab.ready()
    return tab


async def test_the_page_takes_the_other_way_by_itself(visits: Visits, blocking: Blocking) -> None:
    tab = await signed_in(visits, blocking)
    answer = await tab.ask("select carrier, count(*) as n from flights group by all order by n desc")
    await answer.is_in("done")
    assert (await answer.cells())[0] == ["UA", "58,665"]
    assert (blocking.refused, blocking.over_http) == (1, 1)
    await tab.shot("over-http")


async def test_a_stop_is_proven_and_a_cut_loses_nothing(visits: Visits, blocking: Blocking) -> None:
    tab = await signed_in(visits, blocking)
    answer = await tab.ask_stuck()
    blocking.cut()
    await eventually(lambda: blocking.over_http == 2, "the page does not come back")
    await tab.part("stop").click()
    await answer.is_in("stopped")
    assert is_gone((await tab.record(answer))["pid"])
    more = await tab.ask("select range as n from range(30000)")
    await more.is_in("done")
    await expect(more.part("row-count")).to_have_text("30,000 rows")


async def test_the_reader_may_choose_the_way(visits: Visits, offline_server: Server) -> None:
    tab = await visits.sign_in(offline_server)
    async with tab.page.expect_request("**/api/connection"):
        await tab.page.keyboard.press("Control+k")
        await tab.page.keyboard.type("Connection: http")
        await tab.page.keyboard.press("Enter")
    answer = await tab.ask("select 42 as answer")
    await answer.is_in("done")
