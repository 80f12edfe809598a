"""For everybody: no serious violation in any main state, nothing that overflows a telephone, everything by keyboard."""

from playwright.async_api import Page, ViewportSize, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.model import Model, asks_back
from tests.browser.harness.tab import Answer, Tab
from tests.harness.jobs.stuck import stuck_statement

TELEPHONE: ViewportSize = {"width": 390, "height": 844}
_WIDER = """() => [...document.querySelectorAll('body *')].filter((one) => {
  const clips = (parent) => getComputedStyle(parent).overflowX !== 'visible';
  const clipped = (parent) => parent && (clips(parent) || clipped(parent.parentElement));
  return one.getBoundingClientRect().right > innerWidth + 1 && !clipped(one.parentElement);
}).map((one) => one.outerHTML.slice(0, 120))"""


async def test_no_state_of_the_page_shuts_anybody_out(offline_tab: Tab) -> None:
    await expect(offline_tab.part("loaded")).to_be_visible()
    await offline_tab.part("no-model").locator("summary").click()
    assert await violations(offline_tab.page) == []
    answer = await offline_tab.ask("Average departure delay by month")
    await answer.is_in("done")
    await expect(answer.part("chart").locator("svg")).to_be_visible()
    await answer.part("prompt-monitor-toggle").click()
    await answer.part("sql-toggle").click()
    await answer.part("sql-edit").click()
    assert await violations(offline_tab.page) == []
    await offline_tab.part("conversations-toggle").click()
    await expect(offline_tab.part("conversation").first).to_be_visible()
    assert await violations(offline_tab.page) == []
    failed = await offline_tab.ask("select nothing_of_this_name from flights")
    await failed.is_in("failed")
    assert await violations(offline_tab.page) == []


_FAINTEST = """() => document.getAnimations().forEach((one) => {
  one.pause();
  one.currentTime = Number(one.effect.getComputedTiming().duration) / 2;
})"""
"""Holds whatever pulses at the middle of its pulse."""


async def test_no_state_of_a_stop_shuts_anybody_out(zoo_tab: Tab) -> None:
    answer = await zoo_tab.ask("swallows_cancel")
    await expect(answer.part("status")).not_to_be_empty()
    assert await violations(zoo_tab.page) == []
    await zoo_tab.part("stop").click()
    await expect(answer.part("stopping")).to_be_visible()
    await zoo_tab.page.evaluate(_FAINTEST)
    assert await violations(zoo_tab.page) == []
    await answer.is_in("stopped")
    assert await violations(zoo_tab.page) == []


async def test_a_question_asked_back_shuts_nobody_out(model_tab: Tab, model: Model) -> None:
    model.plans(asks_back("Which delay?", "departure delay", "arrival delay"))
    answer = await model_tab.ask("average delay")
    await answer.is_in("done")
    assert await violations(model_tab.page) == []


async def fits(page: Page) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth") <= TELEPHONE["width"]
    assert await page.evaluate(_WIDER) == []


async def test_nothing_overflows_a_telephone(offline_tab: Tab) -> None:
    page = offline_tab.page
    await page.set_viewport_size(TELEPHONE)
    await expect(offline_tab.part("loaded")).to_be_visible()
    await fits(page)
    answer = await offline_tab.ask("Average departure delay by month")
    await answer.is_in("done")
    await expect(answer.part("chart").locator("svg")).to_be_visible()
    await offline_tab.shot("telephone")
    await fits(page)
    wide = await offline_tab.ask("select *, repeat('unbroken', 40) as long from flights limit 100")
    await wide.is_in("done")
    await fits(page)
    stuck = await offline_tab.ask_stuck()
    await offline_tab.part("stop").click()
    await stuck.is_in("stopped")
    await fits(page)
    await offline_tab.part("conversations-toggle").click()
    await fits(page)
    await page.keyboard.press("Escape")
    await expect(offline_tab.part("conversations")).to_have_count(0)


async def tab_to(page: Page, answer: Answer, part: str) -> None:
    """Press Shift+Tab, as somebody does who has just typed at the page's end, until the part has the focus."""
    for _ in range(40):
        await page.keyboard.press("Shift+Tab")
        if await answer.part(part).evaluate("(one) => one.contains(document.activeElement)"):
            return
    raise AssertionError(f"40 presses of Shift+Tab did not reach {part}")


async def test_everything_goes_by_keyboard(offline_tab: Tab) -> None:
    page, keyboard = offline_tab.page, offline_tab.page.keyboard
    await expect(offline_tab.part("ask-input")).to_be_focused()
    await keyboard.type(stuck_statement())
    await keyboard.press("Enter")
    answer = offline_tab.answer()
    await offline_tab.until_stuck(answer)
    await keyboard.press("Escape")
    await answer.is_in("stopped")
    await expect(answer.part("stopped-why")).to_contain_text("had not ended when asked")
    await expect(offline_tab.part("ask-input")).to_be_focused()
    await tab_to(page, answer, "retry")
    await keyboard.press("Enter")
    again = offline_tab.answer(1)
    await expect(again.part("node-executor")).to_have_attribute("data-state", "started")
    await keyboard.press("Escape")
    await again.is_in("stopped")
    await offline_tab.part("ask-input").focus()
    await tab_to(page, again, "sql-toggle")
    await keyboard.press("Enter")
    await expect(again.part("sql")).to_be_visible()
    await keyboard.press("Enter")
    await expect(again.part("sql")).to_be_hidden()
