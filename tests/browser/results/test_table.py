"""A result's table: its head sorts, its columns fit, and its cells are selected, copied and opened."""

import re

from playwright.async_api import Locator, expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Answer, Tab

LETTERS = "select * from (values ('a', 1), ('b', 2), ('c', 3)) t(name, n) order by name"
LONG = "select i as n, repeat('word ' || i || ' ', 60) as long, i * 2 as double from range(200) t(i)"


def cell(answer: Answer, row: int, column: int) -> Locator:
    return answer.root.locator(f'[data-row="{row}"][data-column="{column}"]')


async def width_of(part: Locator) -> float:
    box = await part.bounding_box()
    assert box
    return box["width"]


async def copied(tab: Tab) -> str:
    await tab.page.keyboard.press("ControlOrMeta+c")
    text: str = await tab.page.evaluate("navigator.clipboard.readText()")
    return text


async def table(tab: Tab, statement: str) -> Answer:
    await tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = await tab.ask(statement)
    await answer.is_in("done")
    return answer


async def test_the_whole_head_sorts(offline_tab: Tab) -> None:
    answer = await table(offline_tab, LETTERS)
    head = answer.root.get_by_role("columnheader").nth(1)
    box = await head.bounding_box()
    assert box
    await head.click(position={"x": 3, "y": 3})
    await expect(head).to_have_attribute("aria-sort", "ascending")
    await head.click(position={"x": box["width"] - 14, "y": box["height"] - 3})
    await expect(head).to_have_attribute("aria-sort", "descending")


async def test_cells_are_selected_and_copied_by_keyboard(offline_tab: Tab) -> None:
    answer = await table(offline_tab, LETTERS)
    keyboard = offline_tab.page.keyboard
    await answer.root.get_by_role("grid").focus()
    await keyboard.press("ArrowDown")
    await expect(cell(answer, 0, 0)).to_have_attribute("aria-selected", "true")
    assert await copied(offline_tab) == "a"
    await keyboard.press("Shift+ArrowRight")
    await keyboard.press("Shift+ArrowDown")
    await expect(answer.part("selected")).to_have_text(re.compile("^2 . 2 selected$"))
    assert await copied(offline_tab) == "a\t1\nb\t2"
    await offline_tab.shot("table-selection")
    assert await violations(offline_tab.page) == []
    await keyboard.press("Escape")
    await expect(answer.part("selected")).to_have_count(0)


async def test_cells_are_selected_by_mouse(offline_tab: Tab) -> None:
    answer = await table(offline_tab, LETTERS)
    await cell(answer, 2, 1).hover()
    await offline_tab.page.mouse.down()
    await cell(answer, 1, 0).hover()
    await offline_tab.page.mouse.up()
    await cell(answer, 0, 0).hover()  # the button is up: nothing more is selected
    assert await copied(offline_tab) == "b\t2\nc\t3"
    await cell(answer, 0, 1).click(modifiers=["Shift"])
    assert await copied(offline_tab) == "1\n2\n3"


async def test_the_keys_reach_a_row_far_out_of_view(offline_tab: Tab) -> None:
    answer = await table(offline_tab, LONG)
    await answer.root.get_by_role("grid").focus()
    await offline_tab.page.keyboard.press("ControlOrMeta+End")
    await expect(cell(answer, 199, 2)).to_be_in_viewport()
    await expect(cell(answer, 199, 2)).to_have_attribute("aria-selected", "true")


async def test_a_whole_cell_is_read_by_keyboard_and_by_touch(offline_tab: Tab) -> None:
    answer = await table(offline_tab, LONG)
    whole = "word 1 " * 60
    assert await cell(answer, 1, 1).evaluate("(one) => one.scrollWidth > one.clientWidth")
    await answer.root.get_by_role("grid").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Enter"):
        await offline_tab.page.keyboard.press(key)
    await expect(answer.part("cell-text")).to_have_text(whole)
    await offline_tab.shot("table-cell")
    assert await violations(offline_tab.page) == []
    await offline_tab.page.keyboard.press("Escape")
    await expect(answer.part("cell-dialog")).to_be_hidden()
    await expect(answer.root.get_by_role("grid")).to_be_focused()
    await cell(answer, 2, 1).dispatch_event("click", {"pointerType": "touch", "bubbles": True})
    await answer.part("open-cell").click()
    await expect(answer.part("cell-dialog")).to_be_visible()


async def test_columns_take_the_room_that_there_is_and_are_resized(offline_tab: Tab) -> None:
    text = "seventy characters that fit where there is room for them, and only there"
    answer = await table(offline_tab, f"select '{text}' as text, 1 as n")
    assert await cell(answer, 0, 0).evaluate("(one) => one.scrollWidth <= one.clientWidth")
    head = answer.root.get_by_role("columnheader").first
    before = await width_of(head)
    edge = await answer.part("column-edge").first.bounding_box()
    assert edge
    mouse = offline_tab.page.mouse
    await mouse.move(edge["x"] + 3, edge["y"] + 9)
    await mouse.down()
    await mouse.move(edge["x"] - 97, edge["y"] + 9)
    await mouse.up()
    assert abs(await width_of(head) - (before - 100)) <= 2
    assert await width_of(cell(answer, 0, 0)) == await width_of(head)
    await answer.part("sort").first.focus()
    await offline_tab.page.keyboard.press("Shift+ArrowRight")
    assert abs(await width_of(head) - (before - 76)) <= 2
    await answer.part("column-edge").first.dblclick()
    assert abs(await width_of(head) - before) <= 2
    await expect(head).to_have_attribute("aria-sort", "none")
