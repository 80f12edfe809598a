"""Nodes among the operations: seen, let go with a question first, and taken back; and where each job runs."""

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.servers import zoo
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server, serving
from tests.harness.jobs.nodes import require_namespaces
from tests.harness.zoo import LITTLE

NODES = f"""{zoo(max_running=4, preload=LITTLE["worker.preload"])}
[cluster]
provider = "local"
nodes = 2
slots = 2
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    require_namespaces()
    with serving(tmp_path_factory.mktemp("nodes"), config=NODES) as serving_nodes:
        yield serving_nodes


def node(tab: Tab, name: str) -> Locator:
    return tab.page.locator(f'[data-testid="node"][data-node="{name}"]')


async def is_in(row: Locator, state: str) -> None:
    await expect(row).to_have_attribute("data-state", state)


async def test_a_node_is_drained_once_that_is_confirmed_and_taken_back(visits: Visits, server: Server) -> None:
    tab = await visits.sign_in(server)
    mark = f"m{secrets.token_hex(4)}"
    answer = await tab.ask(f"sleeps {mark}")
    await expect(answer.part("answer-state")).to_have_attribute("data-state", "running")
    await tab.part("to-ops").click()
    await expect(tab.part("node")).to_have_count(2)
    for name in ("local-1", "local-2"):
        await is_in(node(tab, name), "ready")
    job = tab.part("job").filter(has_text=mark)
    name = await job.get_by_test_id("job-node").inner_text()
    busy = node(tab, name)
    await expect(busy).to_contain_text("1 of 2")

    await busy.get_by_test_id("drain").click()
    await expect(tab.part("drain-dialog")).to_contain_text(f"Drain {name}?")
    await expect(tab.part("drain-dialog")).to_contain_text("The one that runs there goes on to the end.")
    await tab.shot("nodes-drain")
    assert await violations(tab.page) == []
    await tab.part("drain-not").click()
    await expect(tab.part("drain-dialog")).to_be_hidden()
    await is_in(busy, "ready")

    await busy.get_by_test_id("drain").click()
    await tab.part("drain-yes").click()
    await is_in(busy, "draining")
    await job.get_by_test_id("show-record").click()
    await expect(tab.part("record-node")).to_have_text(name)
    await tab.shot("nodes")
    assert await violations(tab.page) == []
    await job.get_by_test_id("choose").check()
    await tab.part("stop-chosen").click()
    await is_in(busy, "left")
    await expect(busy).to_contain_text("takes it back")
    await busy.get_by_test_id("take-back").click()
    await expect(busy).to_have_attribute("data-state", re.compile("joining|ready"))
