"""An edited question begins a branch, and both stay; answers are rated."""

from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Answer, Tab


async def edit(tab: Tab, number: int, text: str) -> Answer:
    """Edit the question with this place, and ask it."""
    await tab.answer(number).part("edit").click()
    await expect(tab.part("edit-input")).to_be_focused()
    await tab.part("edit-input").fill(text)
    await tab.part("edit-input").press("Enter")
    return tab.answer(number)


async def questions(tab: Tab) -> list[str]:
    return await tab.part("question").all_inner_texts()


async def test_an_edited_question_begins_a_branch_and_both_stay(offline_tab: Tab) -> None:
    tab = offline_tab
    await (await tab.ask("How many flights per airline?")).is_in("done")
    await (await tab.ask("and by month?")).is_in("done")
    await expect(tab.part("branches")).to_have_count(0)
    edited = await edit(tab, 0, "average departure delay per airline")
    await expect(tab.part("answer")).to_have_count(1)
    await edited.is_in("done")
    await expect(edited.part("branch")).to_have_text("2 / 2")
    follow_up = await tab.ask("and by month?")
    await follow_up.is_in("done")
    await expect(follow_up.part("sql-toggle")).to_contain_text("dep_delay")
    await tab.shot("branches")
    assert await violations(tab.page) == []
    await edited.part("branch-before").click()
    await expect(edited.part("branch")).to_have_text("1 / 2")
    assert await questions(tab) == ["How many flights per airline?", "and by month?"]
    await tab.page.reload()
    await tab.answer(1).is_in("done")
    assert await questions(tab) == ["How many flights per airline?", "and by month?"]
    await tab.answer(0).part("branch-after").click()
    await expect(tab.answer(0).part("question")).to_have_text("average departure delay per airline")
    await tab.answer(1).is_in("done")


async def test_editing_is_given_up_with_escape_and_waits_for_the_answer_under_way(zoo_tab: Tab) -> None:
    answer = await zoo_tab.ask("sleeps")
    await expect(answer.part("status")).to_have_text("sleeping")
    await answer.part("edit").click()
    await expect(answer.part("edit-ask")).to_be_disabled()
    await answer.part("edit-input").press("Escape")
    await expect(answer.part("edit")).to_be_focused()
    await answer.is_in("running")
    await zoo_tab.part("stop").click()
    await answer.is_in("stopped")


async def test_an_answer_is_rated_with_a_word_and_it_is_kept(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("select 1 as one")
    await answer.is_in("done")
    await answer.part("rate-down").click()
    await expect(answer.part("rating-comment")).to_be_focused()
    await answer.part("rating-comment").fill("not what I meant")
    await answer.part("rating-comment").press("Enter")
    await expect(answer.part("rating-said")).to_have_text("“not what I meant”")
    await offline_tab.shot("rating")
    await offline_tab.page.reload()
    await answer.is_in("done")
    await expect(answer.part("rate-down")).to_have_attribute("aria-pressed", "true")
    await expect(answer.part("rating-said")).to_have_text("“not what I meant”")
    record = await offline_tab.record(answer)
    assert (record["verdict"], record["comment"]) == ("down", "not what I meant")
    await answer.part("rate-down").click()
    await expect(answer.part("rate-down")).to_have_attribute("aria-pressed", "false")
    await offline_tab.page.reload()
    await answer.is_in("done")
    await expect(answer.part("rating-said")).to_have_count(0)
