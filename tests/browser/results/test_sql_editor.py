"""The editor of statements: completion from the data, run and stop, everything by keyboard."""

from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Answer, Tab
from tests.harness.jobs.stuck import stuck_statement


async def editing(tab: Tab) -> Answer:
    await expect(tab.part("loaded")).to_contain_text("flights")
    answer = await tab.ask("select 1 as one")
    await answer.is_in("done")
    await answer.part("sql-toggle").click()
    await answer.part("sql-edit").click()
    await expect(answer.part("sql-editor")).to_be_focused()
    return answer


async def test_tables_and_columns_are_completed(offline_tab: Tab) -> None:
    answer = await editing(offline_tab)
    keyboard = offline_tab.page.keyboard
    await keyboard.press("ControlOrMeta+a")
    await keyboard.type("select count(*) as n from airl")
    options = answer.root.get_by_role("option")
    await expect(options.first).to_contain_text("airlines")
    await offline_tab.shot("sql-editor")
    assert await violations(offline_tab.page) == []
    await keyboard.press("Escape")  # closes the list, and no more
    await expect(options).to_have_count(0)
    await expect(answer.part("sql-editor")).to_be_focused()
    await keyboard.type("ines a where carr")
    await expect(options.first).to_contain_text("carrier")
    await keyboard.press("ControlOrMeta+Backspace")
    await keyboard.type("a.carr")
    await expect(options.first).to_contain_text("carrier")
    await options.first.click()
    await keyboard.type(" = 'UA'")
    await keyboard.press("ControlOrMeta+Enter")
    following = offline_tab.answer(1)
    await following.is_in("done")
    assert await following.cells() == [["1"]]


async def test_escape_closes_the_editor_and_stops_nothing(offline_tab: Tab) -> None:
    answer = await editing(offline_tab)
    await offline_tab.page.keyboard.press("Escape")
    await expect(answer.part("sql-editor")).to_have_count(0)
    await expect(answer.part("sql")).to_be_visible()


async def test_an_edited_statement_that_is_stuck_is_stopped(offline_tab: Tab) -> None:
    await editing(offline_tab)
    await offline_tab.page.keyboard.press("ControlOrMeta+a")
    await offline_tab.page.keyboard.insert_text(stuck_statement())
    await offline_tab.page.keyboard.press("ControlOrMeta+Enter")
    stuck = offline_tab.answer(1)
    await offline_tab.until_stuck(stuck)
    await offline_tab.page.keyboard.press("Escape")
    await stuck.is_in("stopped")
