"""Large results and long answers leave the page its frames. Bounds are generous: `bench.page` has the figures."""

from playwright.async_api import expect

from tests.browser.performance import LONG_ANSWER, MILLION_ROWS, cost_of
from tests.browser.tab import Tab

GENEROUS = 40
"""Other programs share the machine with the tests; what takes quadratic time takes longer than this all the same."""


async def test_a_million_rows_leave_the_page_its_frames(offline_tab: Tab) -> None:
    answer, cost = await cost_of(offline_tab, MILLION_ROWS)
    await expect(answer.part("row-count")).to_have_text("1,000,000 rows")
    print(cost)
    assert cost.longest_block_ms <= 100 * GENEROUS
    assert cost.heap_mb <= 200


async def test_a_long_answer_leaves_the_page_its_frames(zoo_tab: Tab) -> None:
    answer, cost = await cost_of(zoo_tab, LONG_ANSWER)
    assert len(await answer.response.text_content() or "") > 100_000
    print(cost)
    assert cost.longest_frame_ms <= 50 * GENEROUS
