"""One Chromium for all browser tests; one server without a model, and one whose model says what a test wants."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from bus.contract.vocabulary import Rung
from tests.browser.harness.model import Model
from tests.browser.harness.servers import NO_MODEL, zoo
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import CHROMIUM, SWITCHES, Visits
from tests.e2e.cli_runner import Server, serving
from tests.fakes.messages_server import MessagesServer
from tests.fakes.scripts import flights
from tests.harness.jobs.graces import ending_on

PAGE = Path(__file__).parents[2] / "gateway" / "static" / "index.html"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives the one browser, so all of them share the session's event loop with it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    _needed(CHROMIUM, "Debian: apt-get install chromium-headless-shell, or set CHROMIUM to where one is")
    _needed(PAGE, "make web builds it")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield launched
        await launched.close()


def _needed(path: Path, how: str) -> None:
    if path.exists():
        return
    words = f"the browser tests need {path}; {how}"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="package")
def offline_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves the sample data; the offline planner answers. What is stuck ends with SIGTERM."""
    with serving(tmp_path_factory.mktemp("offline"), config=NO_MODEL) as server:
        yield server


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def messages_server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer(flights()) as server:
        yield server


@pytest.fixture(scope="package")
def model_server(messages_server: MessagesServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves the sample data; the model is the local server. Whoever is stopped has all the time to obey."""
    config = f'[llm]\nbase_url = "{messages_server.url}"\n' + ending_on(Rung.CANCEL)
    with serving(tmp_path_factory.mktemp("model"), config=config) as server:
        yield server


@pytest.fixture(scope="package")
def zoo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its agent misbehaves as the question says; one job at a time, slow rungs, hardly any patience with who leaves.
    Who ignores SIGTERM is there until somebody kills it."""
    with serving(tmp_path_factory.mktemp("zoo"), config=zoo()) as server:
        yield server


@pytest.fixture
def model(messages_server: MessagesServer) -> Model:
    """The model of `model_server`, with nothing asked of it yet."""
    return Model(messages_server)


@pytest_asyncio.fixture(loop_scope="session")
async def visits(browser: Browser) -> AsyncIterator[Visits]:
    """Opens pages, each visitor with a browser profile of their own; nothing they saw may have been an error."""
    visiting = Visits(browser)
    yield visiting
    await visiting.end()


@pytest_asyncio.fixture(loop_scope="session")
async def offline_tab(visits: Visits, offline_server: Server) -> Tab:
    """The page of the server without a model, signed in."""
    return await visits.sign_in(offline_server)


@pytest_asyncio.fixture(loop_scope="session")
async def model_tab(visits: Visits, model_server: Server) -> Tab:
    """The page of the server with a model, signed in."""
    return await visits.sign_in(model_server)


@pytest_asyncio.fixture(loop_scope="session")
async def zoo_tab(visits: Visits, zoo_server: Server) -> Tab:
    """The page of the server whose agent misbehaves, signed in."""
    return await visits.sign_in(zoo_server)
