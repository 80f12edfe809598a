"""The pictures of `docs/page.md`: SCREENSHOTS=docs/screenshots takes them anew, else only the way is walked."""

from playwright.async_api import expect

from tests.browser.tab import Tab

STUCK = "select levenshtein(repeat('ab', 60000), repeat('ba', 60000)) as distance"


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
    stuck = await offline_tab.ask(STUCK)
    await expect(stuck.part("node-executor")).to_have_attribute("data-state", "started")
    await offline_tab.shot("page-running")
    await offline_tab.part("stop").click()
    await stuck.is_in("stopped")
    await offline_tab.shot("page-stopped")
