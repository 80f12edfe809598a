"""Questions that are saved, asked again with values, and pinned to a board whose tiles run each as a job of its own."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.servers import NO_MODEL
from tests.browser.harness.tab import THEMES, Answer, Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server, serving
from tests.harness.jobs.stuck import stuck_statement, until_inside_its_call

BY_MONTH = "average departure delay by month"
DAY = {"name": "from_month", "kind": "number", "default": "11"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("board"), config=NO_MODEL) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def tab(visits: Visits, server: Server) -> AsyncIterator[Tab]:
    """Signed in, with nothing saved."""
    tab = await visits.sign_in(server)
    for one in await saved(tab):
        await request(tab, "DELETE", f"/api/saved/{one['saved_id']}")
    yield tab


async def request(tab: Tab, method: str, path: str, body: Any = None) -> Any:
    url = urljoin(tab.page.url, path)
    response = await tab.page.request.fetch(url, method=method, data=body, headers={"Origin": urljoin(url, "/")[:-1]})
    assert response.ok, await response.text()
    return await response.json() if response.status != 204 else None


async def saved(tab: Tab) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await request(tab, "GET", "/api/saved"))["saved"]
    return found


async def pin(tab: Tab, *questions: tuple[str, str], **more: Any) -> None:
    """Save these, by name and text, and put them on the board in this order."""
    ids = []
    for name, text in questions:
        body = {"name": name, "query": text, "statement": text.startswith("select"), **more}
        ids.append((await request(tab, "POST", "/api/saved", body))["saved_id"])
    await request(tab, "PUT", "/api/board", {"saved_ids": ids})


async def board(tab: Tab) -> None:
    await tab.part("to-board").click()
    await expect(tab.part("board")).to_be_visible()


def tile(tab: Tab, name: str) -> Locator:
    return tab.part("tile").filter(has=tab.page.get_by_role("heading", name=name, exact=True))


async def is_in(tile: Locator, phase: str) -> None:
    await expect(tile).to_have_attribute("data-phase", phase)


async def looked_at(tab: Tab, name: str) -> None:
    """In both themes, and on a phone."""
    for theme in THEMES:
        await tab.page.emulate_media(color_scheme=theme)
        assert await violations(tab.page) == []
    await tab.shot(name)
    size = tab.page.viewport_size
    await tab.page.set_viewport_size({"width": 390, "height": 844})
    assert await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    await tab.shot(f"{name}-phone")
    assert size is not None
    await tab.page.set_viewport_size(size)


async def test_an_answer_is_saved_with_a_parameter_and_asked_again(tab: Tab, visits: Visits) -> None:
    visits.expect_complaint("status of 400")
    await (await tab.ask("select month, count(*) as flights from flights where month >= 11 group by month")).is_in(
        "done"
    )
    await tab.answer().part("save-open").click()
    await tab.part("save-name").fill("Late months")
    text = await tab.part("save-text").input_value()
    await tab.part("save-text").fill(text.replace("11", "'{from_month}'"))
    await tab.part("save-keep").click()
    await expect(tab.part("save-error")).to_contain_text("within quotes")
    await tab.part("save-text").fill(text.replace("11", "{from_month}"))
    await tab.part("save-kind").select_option("number")
    await tab.part("save-default").fill("11")
    await looked_at(tab, "save-dialog")
    await tab.part("save-keep").click()
    await expect(tab.part("saved-done")).to_contain_text("Late months")
    await tab.page.keyboard.press("Escape")
    await tab.page.keyboard.press("Control+k")
    await tab.part("palette-input").fill("late months")
    await expect(tab.part("palette-option").first).to_contain_text("Late months")
    await tab.page.keyboard.press("Enter")
    await expect(tab.part("run-filled")).to_contain_text("month >= 11")
    await tab.part("run-value").fill("twelve")
    await expect(tab.part("run-error")).to_contain_text("'twelve', which is no number")
    await tab.part("run-value").fill("12")
    await expect(tab.part("run-filled")).to_contain_text("month >= 12")
    await looked_at(tab, "run-dialog")
    await tab.page.keyboard.press("Enter")
    await expect(tab.part("question")).to_contain_text("month >= 12")
    await tab.answer().is_in("done")
    assert [cells[0] for cells in await tab.answer().cells()] == ["12"]
    (kept,) = await saved(tab)
    assert (kept["name"], kept["parameters"], kept["place"]) == ("Late months", [DAY], None)


async def test_of_a_question_that_goes_on_from_another_its_statement_is_saved(tab: Tab) -> None:
    await (await tab.ask("How many flights per airline?")).is_in("done")
    await tab.answer().part("save-open").click()
    await expect(tab.part("save-text")).to_have_value("How many flights per airline?")
    await tab.page.keyboard.press("Escape")
    answer = await tab.ask("and by month?")
    await answer.is_in("done")
    await answer.part("save-open").click()
    await expect(tab.part("save-sql")).to_be_checked()
    await expect(tab.part("save-text")).to_have_value(re.compile("^select ", re.IGNORECASE))
    await tab.part("save-pin").check()
    await tab.part("save-keep").click()
    await expect(tab.part("saved-done")).to_contain_text("on the board")
    (kept,) = await saved(tab)
    assert (kept["statement"], kept["place"]) == (True, 0)


async def test_tiles_run_apart_and_one_that_is_stuck_is_stopped(tab: Tab) -> None:
    await pin(
        tab, ("Stuck", stuck_statement()), ("Delay", BY_MONTH), ("Flights", "select count(*) as flights from flights")
    )
    await board(tab)
    await is_in(tile(tab, "Flights"), "done")
    await is_in(tile(tab, "Delay"), "done")
    await expect(tile(tab, "Flights").get_by_test_id("tile-figure")).to_contain_text("336,776")
    await expect(tile(tab, "Delay").get_by_test_id("chart")).to_be_visible()
    stuck = tile(tab, "Stuck")
    await is_in(stuck, "running")
    session = await stuck.get_attribute("data-session")
    await tab.page.reload()
    await expect(stuck).to_have_attribute("data-session", session or "")
    second = await tab.another()
    await expect(tile(second, "Stuck")).to_have_attribute("data-session", session or "")
    (job,) = await tab.jobs([session])
    await until_inside_its_call(job["pid"])
    await stuck.get_by_test_id("tile-stop").click()
    for page in (tab, second):
        await is_in(tile(page, "Stuck"), "stopped")
        await expect(tile(page, "Stuck").get_by_test_id("stopped")).to_be_visible()
    await expect(stuck.get_by_test_id("stopped-rung")).to_have_text("terminate")
    await looked_at(tab, "board")
    assert len(await tab.jobs([session])) == 1
    delay = await tile(tab, "Delay").get_attribute("data-session")
    assert await tile(second, "Delay").get_attribute("data-session") == delay, "what has run is not run again"


async def test_a_tile_that_is_due_runs_once_though_two_windows_show_it(
    tab: Tab, visits: Visits, server: Server
) -> None:
    question = "select count(*) as airlines from airlines"
    await pin(tab, ("Number", question), refresh_minutes=1)
    windows = [tab, await visits.sign_in(server)]
    await asyncio.gather(*(board(window) for window in windows))
    for window in windows:
        await is_in(tile(window, "Number"), "done")
    jobs = (await request(tab, "GET", "/api/jobs?all=1"))["jobs"]
    (session,) = [job["session_id"] for job in jobs if job["query"] == question]
    for window in windows:
        await expect(tile(window, "Number")).to_have_attribute("data-session", session)


async def test_the_old_result_stays_until_the_new_one_is_there_and_opens_as_a_conversation(tab: Tab) -> None:
    await pin(tab, ("Number", "select count(*) as planes from planes"))
    await board(tab)
    number = tile(tab, "Number")
    await is_in(number, "done")
    first = await number.get_attribute("data-session")
    await number.get_by_test_id("tile-run").click()
    await expect(number.get_by_test_id("tile-figure")).to_be_visible()
    await expect(number).not_to_have_attribute("data-session", first or "")
    await expect(number.get_by_test_id("tile-figure")).to_be_visible()
    await is_in(number, "done")
    address = tab.page.url
    await number.get_by_test_id("tile-open").click()
    await tab.answer().is_in("done")
    await expect(tab.part("question")).to_have_text("select count(*) as planes from planes")
    assert await Answer(tab.answer().root).cells() == [["3,322"]]
    await tab.part("conversations-toggle").click()
    listed = tab.part("conversation").filter(has_text="as planes from planes")
    await expect(listed).to_have_count(0)
    await (await tab.ask("select 1 as more")).is_in("done")
    await expect(listed).to_have_count(1)
    await tab.page.go_back()
    await expect(tab.page).to_have_url(address)
    await is_in(number, "done")
    await tab.page.go_forward()
    await expect(tab.part("board")).to_have_count(0)
    await expect(tab.part("answer")).to_have_count(2)


async def test_the_board_is_arranged_changed_and_cleared_by_keyboard(tab: Tab) -> None:
    await pin(
        tab, ("One", "select 1 as one"), ("Two", "select 2 as two"), ("Bad", "select nothing_here from flights limit 1")
    )
    await board(tab)
    names = tab.part("tile-name")
    await expect(names).to_have_text(["One", "Two", "Bad"])
    await expect(tile(tab, "Bad").get_by_test_id("tile-error")).to_contain_text("nothing_here")
    await tile(tab, "One").get_by_test_id("tile-move-later").press("Enter")
    await expect(names).to_have_text(["Two", "One", "Bad"])
    await tab.page.keyboard.press("Enter")
    await expect(names).to_have_text(["Two", "Bad", "One"])
    await expect(tile(tab, "One").get_by_test_id("tile-move-earlier")).to_be_focused()
    await tile(tab, "Bad").get_by_test_id("tile-edit").press("Enter")
    await tab.part("save-name").fill("Good")
    await tab.part("save-text").fill("select 3 as three")
    await tab.part("save-name").press("Enter")
    await expect(names).to_have_text(["Two", "Good", "One"])
    await expect(tile(tab, "Good").get_by_test_id("tile-figure")).to_contain_text("3")
    await tile(tab, "Two").get_by_test_id("tile-take-off-the-board").press("Enter")
    await expect(names).to_have_text(["Good", "One"])
    two = tab.part("saved").filter(has_text="Two")
    await two.get_by_test_id("saved-pin").press("Enter")
    await expect(names).to_have_text(["Good", "One", "Two"])
    await two.get_by_test_id("saved-delete").press("Enter")
    await tab.part("saved-delete-now").press("Enter")
    await expect(names).to_have_text(["Good", "One"])
    await tab.page.reload()
    await expect(names).to_have_text(["Good", "One"])
    assert [one["name"] for one in await saved(tab)] == ["One", "Good"]
