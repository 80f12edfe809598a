"""The first questions, answered from the sample data without a model."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.harness.tab import Tab

MOST_ROWS_IN_THE_PAGE = 60


def read_csv(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text().splitlines()))


@pytest.mark.parametrize(
    ("question", "first_row", "count"),
    [
        ("How many flights per airline?", ["UA", "United Air Lines Inc.", "58,665"], "16 rows"),
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
    await answer.root.get_by_role("grid").evaluate("(table) => { table.scrollTop = table.scrollHeight }")
    await expect(last).to_be_in_viewport()
    assert 0 < await answer.part("row").count() < MOST_ROWS_IN_THE_PAGE


async def test_a_chart_is_drawn_and_the_work_can_be_looked_at(offline_tab: Tab) -> None:
    await offline_tab.shot("welcome")
    answer = await offline_tab.ask("Average departure delay by month")
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text("12 rows")
    await expect(answer.part("chart").locator("svg")).to_be_visible()
    await expect(answer.part("chart-error")).to_have_count(0)
    await expect(answer.part("prompt-monitor-text")).to_be_hidden()
    await answer.part("prompt-monitor-toggle").click()
    await expect(answer.part("prompt-monitor-text")).to_contain_text("Offline planner")
    await offline_tab.shot("answer")


async def test_a_table_is_sorted_filtered_and_downloaded(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select carrier, name from airlines order by carrier")
    await answer.is_in("done")
    await answer.part("sort").nth(1).click()
    await expect(answer.part("row").first).to_contain_text("AirTran Airways Corporation")
    await answer.part("filter").fill("delta")
    await expect(answer.part("row-count")).to_have_text("1 of 16 rows")
    await expect(answer.part("row")).to_have_text("DL Delta Air Lines Inc.", use_inner_text=True)
    async with offline_tab.page.expect_download() as download:
        await answer.part("download-csv").click()
    rows = read_csv(await (await download.value).path())
    assert (rows[0], len(rows)) == (["carrier", "name"], 17)


async def test_a_statement_is_edited_and_run_as_a_question_of_its_own(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("How many flights per airline?")
    await answer.is_in("done")
    await answer.part("sql-toggle").click()
    await answer.part("sql-edit").click()
    await expect(answer.part("sql-editor")).to_be_focused()
    await offline_tab.page.keyboard.press("ControlOrMeta+a")
    await offline_tab.page.keyboard.insert_text("select 6 * 7 as answer")
    await answer.part("sql-run").click()
    following = offline_tab.answer(1)
    await following.is_in("done")
    assert await following.cells() == [["42"]]


async def test_an_earlier_conversation_is_found_again(offline_tab: Tab) -> None:
    await (await offline_tab.ask("select 1 as earlier")).is_in("done")
    await offline_tab.part("new-chat").click()
    await expect(offline_tab.part("sample").first).to_be_visible()
    await (await offline_tab.ask("select 2 as later")).is_in("done")
    await offline_tab.part("conversations-toggle").click()
    await offline_tab.shot("conversations")
    await offline_tab.part("conversation").get_by_text("select 1 as earlier").click()
    await expect(offline_tab.part("question")).to_have_text("select 1 as earlier")
    assert await offline_tab.answer().cells() == [["1"]]
    await offline_tab.page.go_back()
    await expect(offline_tab.part("question")).to_have_text("select 2 as later")


async def test_all_flights_arrive(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select * from flights")
    await answer.is_in("done")
    await expect(answer.part("row-count")).to_have_text("336,776 rows")
    await answer.root.get_by_role("grid").evaluate("(table) => { table.scrollTop = table.scrollHeight }")
    await expect(answer.root.locator('[aria-rowindex="336777"]')).to_be_in_viewport()


async def test_a_long_question_shows_its_first_lines_until_all_is_wanted(offline_tab: Tab) -> None:
    statement = "select\n" + ",\n".join(f"  {number} as column_{number}" for number in range(40))
    answer = await offline_tab.ask(statement)
    await answer.is_in("done")
    heading = answer.part("question")
    cut = await heading.bounding_box()
    assert cut is not None
    assert cut["height"] < 150
    await expect(heading).to_contain_text("39 as column_39")  # for who is read to, and for copying
    await answer.part("whole-question").click()
    whole = await heading.bounding_box()
    assert whole is not None
    assert whole["height"] > 40 * 20
    short = await offline_tab.ask("select 1 as one")
    await expect(short.part("whole-question")).to_have_count(0)
