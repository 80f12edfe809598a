"""The first questions, answered from the sample data without a model."""

import pytest
from playwright.async_api import expect

from tests.browser.tab import Tab

MOST_ROWS_IN_THE_PAGE = 60


@pytest.mark.parametrize(
    ("question", "first_row", "count"),
    [
        ("How many flights per airline?", ["United Air Lines Inc.", "58,665"], "16 rows"),
        ("top 5 destinations by flights", ["ORD", "17,283"], "5 rows"),
        ("select count(*) as n from flights", ["336,776"], "1 row"),
    ],
)
async def test_a_question_is_answered_with_the_right_numbers(
    offline_tab: Tab, question: str, first_row: list[str], count: str
) -> None:
    answer = await offline_tab.ask(question)
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text(count)
    assert first_row == (await answer.cells())[0]
    await expect(answer.part("sql")).to_contain_text("select", ignore_case=True)
    await expect(answer.part("error")).to_have_count(0)
    for node in ("planner", "executor", "answer"):
        await expect(answer.part(f"node-{node}")).to_have_attribute("data-state", "finished")


async def test_a_thousand_rows_scroll_in_a_virtual_table(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select * from flights limit 1000")
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text("1,000 rows")
    assert 0 < await answer.part("row").count() < MOST_ROWS_IN_THE_PAGE
    last = answer.root.locator('[aria-rowindex="1001"]')
    await expect(last).to_have_count(0)
    await answer.root.get_by_role("table").evaluate("(table) => { table.scrollTop = table.scrollHeight }")
    await expect(last).to_be_in_viewport()
    assert 0 < await answer.part("row").count() < MOST_ROWS_IN_THE_PAGE


async def test_all_flights_arrive(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select * from flights")
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text("336,776 rows")
    await answer.root.get_by_role("table").evaluate("(table) => { table.scrollTop = table.scrollHeight }")
    await expect(answer.root.locator('[aria-rowindex="336777"]')).to_be_in_viewport()
