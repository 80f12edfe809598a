"""The pictures of `docs/page.md`: SCREENSHOTS=docs/screenshots takes them anew, else only the way is walked."""

import re

from playwright.async_api import expect

from tests.browser.harness.tab import Answer, Tab

SEVERAL_POINTS = re.compile(r"( .*){3}")


async def test_the_first_steps(offline_tab: Tab) -> None:
    await offline_tab.page.set_viewport_size({"width": 1000, "height": 760})
    await expect(offline_tab.part("loaded")).to_contain_text("flights")
    await offline_tab.shot("page-welcome")
    answer = await offline_tab.ask("Average departure delay by month")
    await answer.is_in("done")
    await expect(answer.part("chart").locator("svg")).to_be_visible()
    await answer.part("table").scroll_into_view_if_needed()
    await offline_tab.page.locator("main").evaluate("(main) => main.scrollTo(0, 0)")
    await offline_tab.shot("page-table")
    await answer.part("chart-bar").click()
    await expect(answer.part("chart").locator("svg .mark-rect.role-mark").first).to_be_attached()
    await answer.part("chart").evaluate("(chart) => chart.scrollIntoView({block: 'center'})")
    await offline_tab.shot("page-chart")
    stuck = await offline_tab.ask_stuck()
    await offline_tab.shot("page-running")
    await offline_tab.part("stop").click()
    await stuck.is_in("stopped")
    await offline_tab.shot("page-stopped")
    await stuck.part("details-toggle").click()
    await expect(stuck.part("record")).to_be_visible()  # with a stack, unless the machine left no time for it
    await stuck.part("record").evaluate("(record) => record.scrollIntoView({block: 'end'})")
    await offline_tab.shot("page-details")
    await stuck.part("details-toggle").click()
    await look_at_operations(offline_tab, stuck)
    await offline_tab.page.set_viewport_size({"width": 390, "height": 844})
    await offline_tab.page.locator("main#conversation").evaluate("(main) => main.scrollTo(0, main.scrollHeight)")
    await offline_tab.shot("page-phone")


async def look_at_operations(tab: Tab, stuck: Answer) -> None:
    """With the stuck statement running once more."""
    await stuck.part("retry").click()
    again = tab.answer(2)
    await expect(again.part("node-executor")).to_have_attribute("data-state", "started")
    await tab.part("to-ops").click()
    await expect(tab.part("job").filter(has_text="repeat('ab'")).to_have_count(1)
    await expect(tab.part("picture").first.locator("polyline").first).to_have_attribute("points", SEVERAL_POINTS)
    await tab.shot("page-operations")
    await tab.part("to-chat").click()
    await tab.part("stop").click()
    await again.is_in("stopped")
