"""The address, the history and what is shown are one: Back, Forward, reload, another tab, a link."""

import re
import secrets

import pytest
from playwright.async_api import expect

from tests.browser.harness.tab import Tab

HOME = re.compile(r"/$")

TITLES = {"ops": "Operations", "board": "Board"}


async def shows(tab: Tab, number: int) -> None:
    """Wait until the page shows the conversation in which `select NUMBER` was asked, under that one's address."""
    await expect(tab.part("answer")).to_have_count(1)
    await tab.answer().is_in("done")
    assert await tab.answer().cells() == [[str(number)]]
    assert "#/c/" in tab.page.url


async def shows_welcome(tab: Tab) -> None:
    await expect(tab.part("sample").first).to_be_visible()
    await expect(tab.part("answer")).to_have_count(0)
    await expect(tab.page).to_have_url(HOME)


async def ask(tab: Tab, number: int) -> str:
    """A first question, in a conversation of its own. Gives that one's address."""
    await (await tab.ask(f"select {number} as {'n' + secrets.token_hex(4)}")).is_in("done")
    return tab.page.url


async def test_back_and_forward_show_what_the_address_says(offline_tab: Tab) -> None:
    page = offline_tab.page
    first = await ask(offline_tab, 1)
    await offline_tab.part("new-chat").click()
    await shows_welcome(offline_tab)
    second = await ask(offline_tab, 2)
    assert second != first
    await page.go_back()
    await shows_welcome(offline_tab)
    await page.go_back()
    await shows(offline_tab, 1)
    await page.go_forward()
    await shows_welcome(offline_tab)
    await page.go_forward()
    await shows(offline_tab, 2)
    assert page.url == second


async def test_what_is_typed_after_back_begins_a_conversation_of_its_own(offline_tab: Tab) -> None:
    first = await ask(offline_tab, 1)
    await offline_tab.part("new-chat").click()
    second = await ask(offline_tab, 2)
    await offline_tab.page.go_back()
    await shows_welcome(offline_tab)
    third = await ask(offline_tab, 3)
    assert len({first, second, third}) == 3
    await shows(offline_tab, 3)
    await offline_tab.page.goto(second)
    await shows(offline_tab, 2)


async def test_a_reload_on_the_way_changes_nothing(offline_tab: Tab) -> None:
    page = offline_tab.page
    await ask(offline_tab, 1)
    await offline_tab.part("new-chat").click()
    await ask(offline_tab, 2)
    await page.reload()
    await shows(offline_tab, 2)
    await page.go_back()
    await shows_welcome(offline_tab)
    await page.reload()
    await shows_welcome(offline_tab)
    await page.go_back()  # to one that this visit of the page has not shown yet
    await shows(offline_tab, 1)
    await page.reload()
    await shows(offline_tab, 1)


@pytest.mark.parametrize("view", TITLES)
async def test_the_other_views_stand_in_the_history_too(offline_tab: Tab, view: str) -> None:
    page = offline_tab.page
    await ask(offline_tab, 1)
    await offline_tab.part(f"to-{view}").click()
    await expect(offline_tab.part(view)).to_be_visible()
    await page.go_back()
    await shows(offline_tab, 1)
    await page.go_forward()
    await expect(offline_tab.part(view)).to_be_visible()
    await offline_tab.part("new-chat").click()
    await shows_welcome(offline_tab)
    await page.go_back()
    await expect(offline_tab.part(view)).to_be_visible()
    await expect(page).to_have_url(re.compile(f"#/{view}$"))
    await expect(page).to_have_title(f"{TITLES[view]} · Deadstop")
    await page.go_back()
    await shows(offline_tab, 1)


async def test_a_second_tab_and_a_link_show_the_same(offline_tab: Tab) -> None:
    first = await ask(offline_tab, 1)
    await offline_tab.part("new-chat").click()
    await ask(offline_tab, 2)
    other = await offline_tab.another()
    await shows(other, 2)
    await other.page.goto(first)
    await shows(other, 1)
    await other.page.go_back()
    await shows(other, 2)
    await shows(offline_tab, 2)


async def test_a_stream_leaves_the_address_alone(zoo_tab: Tab) -> None:
    """What still runs in another conversation does not bring the page back to it."""
    await (await zoo_tab.ask("essay 1 1 12 sections")).is_in("done")
    first = zoo_tab.page.url
    await zoo_tab.part("new-chat").click()
    running = await zoo_tab.ask("essay 4000 200 12 sections")
    await expect(running.response).not_to_be_empty()
    await zoo_tab.page.reload()
    await expect(zoo_tab.answer().response).not_to_be_empty()
    await zoo_tab.page.goto(first)
    await expect(zoo_tab.part("answer")).to_have_attribute("data-phase", "done")
    assert zoo_tab.page.url == first
    await zoo_tab.page.go_back()
    await expect(zoo_tab.answer().response).not_to_be_empty()
    await zoo_tab.part("stop").click()
    await zoo_tab.answer().is_in("stopped")
