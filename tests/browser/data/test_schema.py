"""The data panel: tables and columns with what is known of them, searched, put into the question, and kept current."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.browser.page.test_access import TELEPHONE, fits
from tests.e2e.cli_runner import Server, serving

DESCRIPTION = """
notes = "Prices are in euros."
[synonyms]
turnover = "orders.price"
[measures]
revenue = { table = "orders", expression = "sum(price)" }
[keys]
"orders.customer" = "customers.id"
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    number = range(200)
    orders = {
        "customer": [n % 20 for n in number],
        "price": [n + 0.5 for n in number],
        "region": [("north", "south", None, "west")[n % 4] for n in number],
        "shipped on": [str(n) for n in number],
    }
    pq.write_table(pa.table(orders), folder / "orders.parquet")
    pq.write_table(
        pa.table({"id": list(range(20)), "name": [f"c{n}" for n in range(20)]}), folder / "customers.parquet"
    )
    (folder / "deadstop.toml").write_text(DESCRIPTION)
    return folder


@pytest.fixture(scope="module")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("schema"), "--data", str(data), config=NO_MODEL) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tab(visits: Visits, server: Server) -> Tab:
    tab = await visits.sign_in(server)
    await tab.part("schema-toggle-panel").click()
    await expect(table(tab, "orders")).to_be_visible()
    return tab


def table(tab: Tab, name: str) -> Locator:
    return tab.part("schema-table").filter(has=tab.page.locator("summary", has_text=name))


def column(tab: Tab, name: str) -> Locator:
    return tab.part("schema-column").filter(has=tab.page.get_by_role("button", name=name, exact=True))


async def test_it_says_what_is_known(tab: Tab) -> None:
    await table(tab, "orders").get_by_test_id("schema-toggle").click()
    await expect(table(tab, "orders")).to_contain_text("200 rows")
    await expect(column(tab, "price")).to_contain_text("0.5 … 199.5")
    await expect(column(tab, "price")).to_contain_text("also called turnover")
    await expect(column(tab, "region")).to_contain_text("25% empty")
    await expect(column(tab, "region").locator(".values span")).to_have_text(["north", "south", "west"])
    await expect(column(tab, "customer")).to_contain_text("customers.id")
    await expect(table(tab, "orders")).to_contain_text("sum(price)")
    await expect(tab.part("schema")).to_contain_text("Prices are in euros.")
    await tab.part("schema-wrong").locator("summary").click()
    await expect(tab.part("schema-wrong")).to_contain_text("deadstop.toml")
    await tab.shot("schema")
    assert await violations(tab.page) == []


async def test_names_are_searched_and_put_into_the_question(tab: Tab) -> None:
    await tab.part("ask-input").fill("sum of by region")
    await tab.part("ask-input").evaluate("(field) => field.setSelectionRange(6, 6)")
    await tab.part("schema-search").fill("TURN")
    await expect(tab.part("schema-table")).to_have_count(1)
    await expect(tab.part("schema-column")).to_have_count(1)
    await column(tab, "price").get_by_test_id("schema-name").click()
    await expect(tab.part("ask-input")).to_have_value("sum of price by region")
    await expect(tab.part("ask-input")).to_be_focused()
    await tab.part("ask-input").press("Enter")
    await tab.answer().is_in("done")
    await tab.part("schema-search").fill("nothing is called so")
    await expect(tab.part("schema-nothing")).to_be_visible()
    await tab.part("schema-search").press("Escape")
    await expect(tab.part("schema-table")).to_have_count(2)
    await tab.part("schema-search").press("Escape")
    await expect(tab.part("schema")).to_have_count(0)


async def test_a_preview_is_a_job_like_any_other(tab: Tab) -> None:
    await table(tab, "orders").get_by_test_id("schema-toggle").click()
    await table(tab, "orders").get_by_test_id("schema-preview").click()
    await tab.answer().is_in("done")
    await expect(tab.answer().part("row-count")).to_have_text("20 rows")


async def test_it_fits_a_telephone(tab: Tab) -> None:
    await tab.page.set_viewport_size(TELEPHONE)
    await table(tab, "orders").get_by_test_id("schema-toggle").click()
    await tab.shot("schema-phone")
    await fits(tab.page)


async def test_data_that_change_are_read_again_on_the_open_page(tab: Tab, data: Path) -> None:
    pq.write_table(pa.table({"day": ["2024-01-01"]}), data / "holidays.parquet")
    await (await tab.ask("select 1 as one")).is_in("done")
    await expect(table(tab, "holidays")).to_be_visible()
    await expect(tab.part("loaded")).to_contain_text("holidays")
