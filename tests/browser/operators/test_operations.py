"""The operators' page: everybody's jobs, their stop with a reason, their record; and the record under an answer."""

import re
import secrets

from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Tab

PROVEN = re.compile(r"^(proven by the kernel \(control group\)|swept: looked for until nothing was left)$")

LOOKS = """(root) => [...root.querySelectorAll("*")].map((one) => {
  const { display, position, color, backgroundColor, margin, padding, fontSize } = getComputedStyle(one);
  return [one.outerHTML.slice(0, 60), display, position, color, backgroundColor, margin, padding, fontSize].join(" ");
})"""


async def to_operations(tab: Tab) -> None:
    await tab.part("to-ops").click()
    await expect(tab.part("ops")).to_be_visible()


def job(tab: Tab, mark: str) -> Locator:
    """The row of the job whose question names this."""
    return tab.part("job").filter(has_text=mark)


async def test_a_running_job_is_seen_stopped_with_a_reason_and_looked_at(zoo_tab: Tab) -> None:
    mark = f"m{secrets.token_hex(4)}"
    answer = await zoo_tab.ask(f"swallows_cancel {mark}")
    await expect(answer.part("answer-state")).to_have_attribute("data-state", "running")
    conversation = zoo_tab.page.url
    await to_operations(zoo_tab)
    row = job(zoo_tab, mark)
    await expect(row).to_have_attribute("data-state", "running")
    await expect(zoo_tab.part("picture")).to_have_count(4)
    await expect(zoo_tab.part("stop-chosen")).to_be_disabled()
    await row.get_by_test_id("choose").check()
    await zoo_tab.part("stop-reason").fill("taking too long")
    await zoo_tab.part("stop-chosen").click()
    await expect(row.get_by_test_id("outcome")).to_contain_text("stopped on rung")
    await expect(row).to_have_attribute("data-state", "cancelled")
    await row.get_by_test_id("show-record").click()
    await expect(zoo_tab.part("record-note")).to_contain_text("taking too long")
    await expect(zoo_tab.part("record-rungs")).to_contain_text("cancel after")
    await expect(zoo_tab.part("record-proof")).to_have_text(PROVEN)
    await expect(zoo_tab.part("record-exit")).not_to_be_empty()
    await zoo_tab.shot("operations")
    assert await violations(zoo_tab.page) == []
    await zoo_tab.part("to-chat").click()
    await answer.is_in("stopped")
    assert zoo_tab.page.url == conversation


async def test_what_shows_operations_changes_no_answer(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("How many flights per airline?")
    await answer.is_in("done")
    await expect(answer.part("chart").locator("svg .mark-rect.role-mark").first).to_be_attached()  # drawn after the end
    before = await answer.root.evaluate(LOOKS)
    await to_operations(offline_tab)
    await expect(offline_tab.part("picture")).to_have_count(4)
    await offline_tab.part("to-chat").click()
    assert await answer.root.evaluate(LOOKS) == before


async def test_a_reload_stays_with_operations_and_a_new_conversation_leaves_them(offline_tab: Tab) -> None:
    await (await offline_tab.ask("select 1 as one")).is_in("done")
    await to_operations(offline_tab)
    await offline_tab.page.reload()
    await expect(offline_tab.part("ops")).to_be_visible()
    await offline_tab.part("to-chat").click()
    await expect(offline_tab.part("ask-input")).to_be_visible()


async def test_the_record_folds_out_under_an_answer(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select 1 as one")
    await answer.is_in("done")
    await expect(answer.part("record")).to_have_count(0)
    await answer.part("details-toggle").click()
    await expect(answer.part("record")).to_contain_text("succeeded")
    await offline_tab.shot("details")
    assert await violations(offline_tab.page) == []
