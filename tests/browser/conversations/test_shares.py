"""Answers that others read by a link: made, read in another browser, and ended."""

from playwright.async_api import Page, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import THEMES, Answer, Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server


async def link_of(tab: Tab) -> str:
    """The address of the link that was made last."""
    made = tab.part("share").and_(tab.page.locator('[data-made="true"]'))
    await expect(made).to_be_visible()
    return await made.get_by_test_id("share-link").get_attribute("href") or ""


async def shots(tab: Tab, page: Page, name: str) -> None:
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        assert await violations(page) == []
    await Tab(page).shot(name)


async def test_a_conversation_is_read_by_its_link_until_that_is_ended(
    offline_tab: Tab, visits: Visits, offline_server: Server
) -> None:
    visits.expect_complaint("status of 40[14]")
    await (await offline_tab.ask("How many flights per airline?")).is_in("done")
    answer = await offline_tab.ask("and by month?")
    await answer.is_in("done")
    await answer.part("share-open").click()
    await expect(offline_tab.part("share-life")).to_contain_text("7 days after each was complete")
    await offline_tab.part("share-conversation").check()
    await offline_tab.part("share-make").click()
    link = await link_of(offline_tab)
    await shots(offline_tab, offline_tab.page, "share-dialog")
    reader = (await visits.sign_in(offline_server)).page
    await reader.goto(link)
    shown = Tab(reader)
    await expect(shown.part("share-title")).to_have_text("How many flights per airline?")
    await expect(shown.part("answer")).to_have_count(2)
    for number in range(2):
        await shown.answer(number).is_in("done")
    await expect(shown.answer(1).part("row-count")).to_have_text("12 rows")
    for control in ("edit", "rate-up", "retry", "share-open", "download-csv", "ask-input"):
        await expect(shown.part(control)).to_have_count(0)
    await expect(shown.part("chart").first).to_be_visible()
    await shots(offline_tab, reader, "shared")
    await reader.set_viewport_size({"width": 390, "height": 844})
    assert await reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it scrolls sideways"
    await Tab(reader).shot("shared-phone")
    outsider = Tab(await visits.open(link))
    await expect(outsider.part("share-failure")).to_contain_text("for people who can sign in")
    await expect(outsider.part("share-title")).to_have_count(0)
    await outsider.part("share-sign-in").click()
    for token in ("wrong", offline_server.url.partition("?token=")[2]):
        await outsider.part("token-input").fill(token)
        await outsider.part("sign-in").click()
    await expect(outsider.part("share-title")).to_have_text("How many flights per airline?")
    assert outsider.page.url == link
    await offline_tab.part("share-end").first.click()
    await expect(offline_tab.part("share").and_(offline_tab.page.locator('[data-made="true"]'))).to_have_count(0)
    await reader.reload()
    await expect(shown.part("share-failure")).to_contain_text("no such share")


async def test_one_answer_is_shared_alone(offline_tab: Tab) -> None:
    await (await offline_tab.ask("select 1 as first")).is_in("done")
    answer = await offline_tab.ask("select 2 as second")
    await answer.is_in("done")
    await answer.part("share-open").click()
    await offline_tab.part("share-make").click()
    page = await offline_tab.page.context.new_page()
    await page.goto(await link_of(offline_tab))
    shown = Tab(page)
    await expect(shown.part("answer")).to_have_count(1)
    await shown.answer().is_in("done")
    assert await Answer(shown.answer().root).cells() == [["2"]]
