"""Files of one's own on the page: dropped or chosen, asked about, shown apart from everybody's data, deleted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.browser.page.test_access import TELEPHONE, fits
from tests.e2e.cli_runner import Server, serving

CATS = "name,weight\nTom,4.5\nFelix,3.9\nGarfield,9.1\n"
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const say = (kind) => document.body.dispatchEvent(
    new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true })
  );
  say("dragover");
  say("drop");
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    config = f"{NO_MODEL}\n[limits]\nmax_running = 1\n"
    with serving(tmp_path_factory.mktemp("own"), config=config) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tab(visits: Visits, server: Server) -> Tab:
    return await visits.sign_in(server)


async def drop(tab: Tab, name: str, text: str) -> None:
    await tab.page.evaluate(DROP, [name, text])


async def test_a_dropped_file_is_asked_about_and_deleted(tab: Tab) -> None:
    await drop(tab, "cats.csv", CATS)
    await expect(tab.part("drop-said")).to_contain_text("cats.csv can be asked about, by you alone, as cats")
    await tab.part("drop-show").click()
    await expect(tab.part("drop-said")).to_be_empty()
    await expect(tab.part("own-file")).to_contain_text("cats.csv")
    tables = tab.part("schema-table")
    await expect(tables.first).to_contain_text("cats")
    await expect(tab.part("schema")).to_contain_text("Everybody")
    assert await violations(tab.page) == []
    answer = await tab.ask("how many cats are there?")
    await answer.is_in("done")
    await expect(answer.response).to_contain_text("3")
    await tab.part("own-file-delete").click()
    await expect(tab.part("own-file-sure")).to_contain_text("Delete “cats.csv”?")
    await tab.part("own-file-delete-now").click()
    await expect(tab.part("own-file")).to_have_count(0)
    await expect(tables.filter(has_text="cats")).to_have_count(0)
    await expect(answer.response).to_contain_text("3")


async def test_what_is_said_of_a_file_goes_with_the_next_question(tab: Tab) -> None:
    await drop(tab, "newts.csv", CATS)
    await expect(tab.part("drop-said")).to_contain_text("newts.csv can be asked about")
    answer = await tab.ask("how many newts are there?")
    await expect(tab.part("drop-said")).to_be_empty()
    await answer.is_in("done")
    await expect(answer.response).to_contain_text("3")


async def test_a_file_that_is_being_read_is_stopped_and_nothing_of_it_is_kept(tab: Tab) -> None:
    answer = await tab.ask_stuck()
    for name in ("toads.csv", "frogs.csv"):
        await drop(tab, name, CATS)
    await expect(tab.part("drop-said")).to_contain_text("Reading toads.csv")
    await tab.part("drop-stop").click()
    await expect(tab.part("drop-stopped")).to_have_text("Stopped: nothing of toads.csv is kept.")
    await tab.part("drop-close").click()
    await tab.part("stop").click()
    await answer.is_in("stopped")
    await tab.part("schema-toggle-panel").click()
    await expect(tab.part("choose-file")).to_be_visible()
    await expect(tab.part("own-file").filter(has_text=re.compile("toads|frogs"))).to_have_count(0)


async def test_a_chosen_file_that_cannot_be_read_is_told(visits: Visits, tab: Tab, tmp_path: Path) -> None:
    visits.expect_complaint("422")
    broken, good = tmp_path / "broken.csv", tmp_path / "dogs.csv"
    broken.write_text("a,b\n1,2\n3\n")
    good.write_text(CATS)
    await tab.part("file-input").set_input_files([broken, good])
    await expect(tab.part("drop-trouble")).to_contain_text("broken.csv cannot be read")
    await expect(tab.part("drop-said")).to_contain_text("dogs.csv can be asked about")
    await tab.page.set_viewport_size(TELEPHONE)
    await fits(tab.page)
    await tab.part("drop-table").click()
    await expect(tab.part("ask-input")).to_have_value("dogs")
    await expect(tab.part("drop-table")).to_have_count(0)
