"""What is in view while an answer grows: its end, until the reader looks at something else."""

from playwright.async_api import expect

from tests.browser.harness.tab import Answer, Tab

ESSAY = "essay 1000 250 100 sections"
FRAMES = "() => new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume)))"
DISTANCE_PX = "(main) => main.scrollHeight - main.clientHeight - main.scrollTop"
NEAR_PX = 80
# The page has followed the growth when the timer comes, and hears of both ways of scrolling at once.
GROWS_AND_IS_SCROLLED_UP = """(main) => new Promise((resume) => {
  const more = document.createElement("div");
  more.style.height = "3000px";
  main.firstElementChild.append(more);
  requestAnimationFrame(() => setTimeout(() => resume((main.scrollTop -= 700))));
})"""
READ = """(root) => {
  const blocks = [...root.querySelectorAll(".block")];
  window.read = blocks.find((block) => block.getBoundingClientRect().top > 200);
  return window.read.getBoundingClientRect().top;
}"""


async def grown_to(answer: Answer, part: int) -> None:
    """Wait until this part of the essay has been written."""
    await expect(answer.response).to_contain_text(f"Part {part}")


async def test_the_end_is_followed_until_somebody_scrolls_up(zoo_tab: Tab) -> None:
    page, main = zoo_tab.page, zoo_tab.page.locator("main#conversation")
    answer = await zoo_tab.ask(ESSAY)
    await grown_to(answer, 20)
    assert await main.evaluate(DISTANCE_PX) <= NEAR_PX
    await expect(zoo_tab.part("to-bottom")).to_have_count(0)
    await page.mouse.move(640, 400)
    await page.mouse.wheel(0, -700)
    await expect(zoo_tab.part("to-bottom")).to_be_visible()
    top = await answer.root.evaluate(READ)
    await grown_to(answer, 120)
    assert abs(await page.evaluate("window.read.getBoundingClientRect().top") - top) <= 1
    await zoo_tab.part("to-bottom").click()
    await expect(zoo_tab.part("to-bottom")).to_have_count(0)
    await answer.is_in("done")
    await page.evaluate(FRAMES)
    assert await main.evaluate(DISTANCE_PX) <= NEAR_PX


async def test_scrolling_up_counts_however_much_was_written_in_the_same_moment(offline_tab: Tab) -> None:
    await (await offline_tab.ask("select 1 as one")).is_in("done")
    main = offline_tab.page.locator("main#conversation")
    await main.evaluate(GROWS_AND_IS_SCROLLED_UP)
    await offline_tab.page.evaluate(FRAMES)
    await expect(offline_tab.part("to-bottom")).to_be_visible()
    assert await main.evaluate(DISTANCE_PX) == 700


async def test_a_long_answer_read_upwards_after_a_reload_does_not_jump(zoo_tab: Tab) -> None:
    page = zoo_tab.page
    answer = await zoo_tab.ask("essay 1000 2000 100 sections")
    await answer.is_in("done")
    await page.reload()
    await grown_to(answer, 200)
    await page.mouse.move(640, 400)
    await page.mouse.wheel(0, -300)
    for _ in range(20):
        top = await answer.root.evaluate(READ)
        await page.mouse.wheel(0, -300)
        await page.evaluate(FRAMES)
        moved = await page.evaluate("window.read.getBoundingClientRect().top") - top
        assert 0 <= moved <= 301, "what is read moves as far as the wheel, and no farther"
