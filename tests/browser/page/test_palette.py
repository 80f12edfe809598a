"""Everything by Ctrl K, the keys by a question mark, and a theme of one's own."""

import re

from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Tab

DARK_SURFACE = "rgb(31, 33, 37)"
PRESS_AND_LOOK = """() => {
  dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
  return document.activeElement.dataset.testid;
}"""


async def choose(tab: Tab, words: str) -> None:
    await tab.page.keyboard.press("ControlOrMeta+k")
    await expect(tab.part("palette-input")).to_be_focused()
    await tab.page.keyboard.type(words)
    await tab.page.keyboard.press("Enter")
    await expect(tab.part("palette")).to_be_hidden()


async def test_everything_is_found_and_done(offline_tab: Tab) -> None:
    await expect(offline_tab.part("loaded")).to_contain_text("flights")
    await (await offline_tab.ask("select 1 as found_by_name")).is_in("done")
    first = offline_tab.page.url
    await choose(offline_tab, "new conv")
    await expect(offline_tab.page).to_have_url(re.compile("/$"))
    await choose(offline_tab, "planes table")
    await expect(offline_tab.part("ask-input")).to_have_value("planes")
    await choose(offline_tab, "show the data")
    await expect(offline_tab.part("schema")).to_be_visible()
    await offline_tab.page.keyboard.press("ControlOrMeta+k")
    await expect(offline_tab.part("palette-option").filter(has_text="found_by_name")).to_be_visible()
    await offline_tab.shot("palette")
    assert await violations(offline_tab.page) == []
    await offline_tab.page.keyboard.press("Escape")
    await choose(offline_tab, "found_by_name")
    await expect(offline_tab.page).to_have_url(first)
    await choose(offline_tab, "operations")
    await expect(offline_tab.part("ops")).to_be_visible()


async def test_its_field_has_what_is_typed_from_the_next_key_on(offline_tab: Tab) -> None:
    assert await offline_tab.page.evaluate(PRESS_AND_LOOK) == "palette-input"


async def test_the_keys_are_shown(offline_tab: Tab) -> None:
    await offline_tab.part("ask-input").press("?")
    await expect(offline_tab.part("ask-input")).to_have_value("?")  # there it is a letter
    await offline_tab.part("model").evaluate("() => document.activeElement.blur()")
    await offline_tab.page.keyboard.press("?")
    await expect(offline_tab.part("key-help")).to_contain_text("Ctrl Enter")
    await offline_tab.shot("keys")
    assert await violations(offline_tab.page) == []
    await offline_tab.page.keyboard.press("Escape")
    await expect(offline_tab.part("key-help")).to_be_hidden()


async def test_a_theme_is_chosen_and_kept(offline_tab: Tab) -> None:
    await offline_tab.page.emulate_media(color_scheme="light")
    answer = await offline_tab.ask("Top 5 destinations by flights")
    await answer.is_in("done")
    label = answer.part("chart").locator("svg .role-axis-label text").first
    await expect(label).to_have_attribute("fill", "rgb(98, 94, 86)")
    await choose(offline_tab, "theme: dark")
    await expect(answer.part("table")).to_have_css("background-color", DARK_SURFACE)
    await expect(label).to_have_attribute("fill", "rgb(168, 165, 157)")
    await offline_tab.page.reload()
    await expect(offline_tab.answer().part("table")).to_have_css("background-color", DARK_SURFACE)
    await choose(offline_tab, "theme: system")
    await expect(offline_tab.answer().part("table")).to_have_css("background-color", "rgb(255, 255, 255)")
