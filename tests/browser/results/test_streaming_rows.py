"""A table that is sorted and filtered while its rows still come."""

import os
import signal

from playwright.async_api import expect

from tests.browser.harness.agents import row
from tests.browser.harness.tab import Answer, Tab

COUNT, BATCHES = 20_000, 4
ROWS = [row(number, COUNT) for number in range(COUNT)]


def shown(upto: int, wanted: str) -> list[list[str]]:
    """Of the first `upto` rows those with `wanted` in a cell, the largest second cell first, as they are copied."""
    found = [one for one in ROWS[:upto] if any(wanted in str(cell) for cell in one if cell is not None)]
    return [
        [str(n), str(shuffled), name or ""] for n, shuffled, name in sorted(found, key=lambda one: one[1], reverse=True)
    ]


async def go_on(tab: Tab, answer: Answer) -> None:
    """Let the worker send its next rows."""
    os.kill((await tab.record(answer))["pid"], signal.SIGUSR2)


async def copied(tab: Tab, answer: Answer) -> list[list[str]]:
    """All rows as the table has them, from its Copy button."""
    button = answer.part("table").get_by_test_id("copy")
    await tab.page.evaluate("navigator.clipboard.writeText('')")
    await button.click()
    text = ""
    while not text:  # bounded by the test's own limit
        text = await tab.page.evaluate("navigator.clipboard.readText()")
    return [line.split("\t") for line in text.split("\n")[1:]]


async def test_rows_that_still_come_take_their_places(zoo_tab: Tab) -> None:
    await zoo_tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answer = await zoo_tab.ask(f"rows {COUNT} {BATCHES}")
    count = answer.part("row-count")
    await expect(count).to_have_text("5,000 rows so far…")
    await answer.part("sort").nth(1).click()
    await answer.part("sort").nth(1).click()
    await answer.part("filter").fill("77")
    for batch in range(1, BATCHES + 1):
        upto = COUNT * batch // BATCHES
        expected = shown(upto, "77")
        await expect(count).to_have_text(f"{len(expected):,} of {upto:,} rows so far…")
        await expect(answer.part("table").get_by_role("grid")).to_have_attribute(
            "aria-rowcount", str(len(expected) + 1)
        )
        assert (await answer.cells())[0][1] == f"{int(expected[0][1]):,}"
        assert await copied(zoo_tab, answer) == expected
        await go_on(zoo_tab, answer)
    await answer.is_in("done")
    await expect(count).to_have_text(f"{len(shown(COUNT, '77')):,} of {COUNT:,} rows")
    await answer.part("filter").fill("")
    await expect(count).to_have_text(f"{COUNT:,} rows")
    assert await copied(zoo_tab, answer) == shown(COUNT, "")
    await answer.part("sort").nth(1).click()
    assert [cells[0] for cells in await copied(zoo_tab, answer)] == [str(number) for number in range(COUNT)]
