"""A newcomer over data never seen: each question is answered, or asked back with chips that lead to an answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bench.question_data.newcomers import make_bicycles
from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTIONS = (
    *("which station is the highest", "busiest stations", "how far do members ride"),
    *("rush hour", "trips last month"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = make_bicycles(tmp_path_factory.mktemp("bicycles"))
    with serving(_folder(tmp_path_factory), "--data", str(data), config=NO_MODEL) as server:
        yield server


def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("newcomers")


@pytest_asyncio.fixture(loop_scope="session")
async def tab(visits: Visits, server: Server) -> Tab:
    return await visits.sign_in(server)


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_is_answered_within_two_clicks(tab: Tab, question: str) -> None:
    asked = await tab.ask(question)
    await asked.is_in("done")
    chips = asked.part("suggestion")
    assert 2 <= await chips.count() <= 4
    await tab.shot(f"newcomer-{question.replace(' ', '-')}")
    await chips.first.click()
    answer = tab.answer(1)
    await expect(tab.part("answer")).to_have_count(2)
    await answer.is_in("done")
    await expect(answer.part("clarification")).to_have_count(0)
    await expect(answer.part("table")).not_to_have_attribute("data-rows", "0")


async def test_the_first_page_begins_at_its_top_where_it_is_larger_than_the_window(tab: Tab) -> None:
    await tab.page.set_viewport_size({"width": 640, "height": 450})  # a usual window, enlarged to 200 %
    await tab.page.reload()
    await tab.ready()
    await expect(tab.part("sample").last).to_be_attached()
    await expect(tab.page.get_by_role("heading", name="Ask your data")).to_be_in_viewport(ratio=1)


async def test_what_is_asked_back_gives_a_statement_to_begin_with(tab: Tab) -> None:
    asked = await tab.ask("busiest stations")
    await asked.is_in("done")
    start = asked.part("sql-start")
    await start.locator("summary").first.click()
    await start.get_by_test_id("sql-toggle").click()
    await expect(start.get_by_test_id("sql")).to_contain_text("SELECT")
    await tab.shot("sql-start")


async def test_a_word_is_taught_and_kept(tab: Tab) -> None:
    first = await tab.ask("how many long trips")
    await first.is_in("done")
    await expect(first.part("clarification")).to_be_visible()
    taught = await tab.ask("by long I mean distance km over 10")
    await taught.is_in("done")
    await expect(taught.part("response")).to_contain_text("as you said")
    await expect(taught.part("response")).to_contain_text("[terms]")
    await tab.shot("taught")
    later = await tab.ask("how many long trips by rider")
    await later.is_in("done")
    await expect(later.part("response")).to_contain_text("as you said")
