"""The list of conversations: the same in every browser, searched, renamed, deleted, and showing what runs."""

import re
import secrets

from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server


async def listed(tab: Tab, title: str) -> Locator:
    """The row with this title, the list being open."""
    if not await tab.part("conversations").count():
        await tab.part("conversations-toggle").click()
    return tab.part("conversations").get_by_role("listitem").filter(has_text=title)


async def test_a_conversation_goes_on_in_another_browser(
    offline_tab: Tab, visits: Visits, offline_server: Server
) -> None:
    mark = f"m{secrets.token_hex(4)}"
    await (await offline_tab.ask(f"select 1 as a{mark}")).is_in("done")
    other = await visits.sign_in(offline_server)
    await expect(other.part("answer")).to_have_count(0)
    await (await listed(other, mark)).get_by_test_id("conversation").click()
    await other.answer().is_in("done")
    assert await other.answer().cells() == [["1"]]
    await (await other.ask(f"select 2 as b{mark}")).is_in("done")
    await offline_tab.page.reload()
    await offline_tab.answer(1).is_in("done")
    assert await offline_tab.answer(1).cells() == [["2"]]


async def test_another_tab_hears_of_a_new_question(offline_tab: Tab) -> None:
    await (await offline_tab.ask("select 1 as first")).is_in("done")
    second = await offline_tab.another()
    await second.answer().is_in("done")
    await (await offline_tab.ask("select 2 as second")).is_in("done")
    await second.answer(1).is_in("done")
    assert await second.answer(1).cells() == [["2"]]


async def test_it_is_found_renamed_and_deleted(offline_tab: Tab, visits: Visits, offline_server: Server) -> None:
    mark = f"m{secrets.token_hex(4)}"
    await (await offline_tab.ask(f"select 1 as {mark}x")).is_in("done")
    row = await listed(offline_tab, mark)
    await row.get_by_test_id("conversation-rename").click()
    title = offline_tab.part("conversation-title")
    await expect(title).to_be_focused()
    await title.fill(f"Named {mark[::-1]}")
    await title.press("Enter")
    row = await listed(offline_tab, f"Named {mark[::-1]}")
    await expect(row).to_be_visible()
    await offline_tab.part("conversation-search").fill(f"named {mark}")
    await expect(offline_tab.part("conversation")).to_have_count(1)
    await offline_tab.shot("conversations-search")
    await offline_tab.part("conversation-search").fill("nothing is called so")
    await expect(offline_tab.part("conversation")).to_have_count(0)
    await offline_tab.part("conversation-search").fill("")
    await row.get_by_test_id("conversation-remove").click()
    await offline_tab.part("conversation-delete").click()
    await expect(row).to_have_count(0)
    await expect(offline_tab.part("sample").first).to_be_visible()
    other = await visits.sign_in(offline_server)
    await expect(await listed(other, "select")).not_to_have_count(0)
    await expect(await listed(other, mark[::-1])).to_have_count(0)


async def test_those_of_the_same_title_are_told_apart_under_their_day(offline_tab: Tab) -> None:
    title = f"select 1 as m{secrets.token_hex(4)}"
    for _ in range(2):
        await offline_tab.page.goto(offline_tab.page.url.split("#")[0])
        await (await offline_tab.ask(title)).is_in("done")
    row = await listed(offline_tab, title)
    await expect(row).to_have_count(2)
    await expect(row.get_by_test_id("conversation-time")).to_have_count(2)
    await expect(offline_tab.part("day").first).to_have_text("Today")
    await offline_tab.shot("conversations-days")
    await offline_tab.page.keyboard.press("ControlOrMeta+k")
    found = offline_tab.part("palette-option").filter(has_text=re.compile(rf"{title} · \d\d:\d\d"))
    await expect(found).to_have_count(2)
    await offline_tab.page.keyboard.press("Escape")
    await expect(offline_tab.part("palette")).to_be_hidden()
    assert await violations(offline_tab.page) == []


async def test_what_runs_is_shown_in_every_browser_and_not_deleted(
    zoo_tab: Tab, visits: Visits, zoo_server: Server
) -> None:
    visits.expect_complaint("status of 409")
    mark = f"m{secrets.token_hex(4)}"
    answer = await zoo_tab.ask(f"sleeps {mark}")
    await expect(answer.part("status")).to_have_text("sleeping")
    other = await visits.sign_in(zoo_server)
    row = await listed(other, mark)
    await expect(row.get_by_label("under way")).to_be_visible()
    await row.get_by_test_id("conversation-remove").click()
    await other.part("conversation-delete").click()
    await expect(other.part("conversation-error")).to_contain_text("Stop it first")
    await other.part("conversation-delete").press("Escape")
    await zoo_tab.part("stop").click()
    await answer.is_in("stopped")
    await expect(row.get_by_label("under way")).to_have_count(0)


async def test_an_address_that_leads_nowhere_says_so(offline_tab: Tab, visits: Visits) -> None:
    visits.expect_complaint("404")
    await (await offline_tab.ask("select 1 as one")).is_in("done")
    home = offline_tab.page.url.split("#")[0]
    await offline_tab.page.goto(f"{home}#/c/c-of-somebody-else")
    await expect(offline_tab.part("missing")).to_contain_text("is not here")
    await expect(offline_tab.part("answer")).to_have_count(0)
    await offline_tab.page.reload()
    await expect(offline_tab.part("missing")).to_be_visible()
    await (await offline_tab.ask("select 2 as two")).is_in("done")
    await expect(offline_tab.part("missing")).to_have_count(0)
    await offline_tab.page.goto(f"{home}#/c/%")
    await offline_tab.page.reload()
    await expect(offline_tab.part("missing")).to_be_visible()
