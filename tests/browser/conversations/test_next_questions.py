"""What is typed is not lost: a question during an answer is queued, a draft survives a reload, an agent is chosen."""

import os
import re
import signal

from playwright.async_api import expect

from tests.browser.harness.axe import violations
from tests.browser.harness.tab import Answer, Tab


async def running(tab: Tab) -> Answer:
    """An answer that goes on until `complete`."""
    answer = await tab.ask("steps first")
    await expect(answer.part("progress")).to_be_visible()
    return answer


async def complete(tab: Tab, answer: Answer) -> None:
    os.kill((await tab.record(answer))["pid"], signal.SIGUSR2)
    await answer.is_in("done")


async def type_next(tab: Tab, question: str) -> None:
    await tab.part("ask-input").fill(question)
    await tab.part("ask-input").press("Enter")


async def test_what_goes_on_is_said_beside_how_far_it_is(zoo_tab: Tab) -> None:
    answer = await running(zoo_tab)
    await expect(answer.part("progress")).to_have_text("running the statement · 25 %")
    await expect(answer.part("status")).to_have_text("")
    await zoo_tab.shot("progress")
    await complete(zoo_tab, answer)


async def test_a_question_during_an_answer_is_asked_when_it_is_complete(zoo_tab: Tab) -> None:
    answer = await running(zoo_tab)
    await type_next(zoo_tab, "echoes second")
    await type_next(zoo_tab, "echoes third")
    await expect(zoo_tab.part("ask-input")).to_have_value("")
    await expect(zoo_tab.part("queued")).to_have_count(2)
    await expect(zoo_tab.part("queue-state")).to_contain_text("when this answer is complete")
    await expect(zoo_tab.part("answer")).to_have_count(1)
    await zoo_tab.part("ask-input").fill("a fourth one, not sent")
    await zoo_tab.shot("queued-questions")
    assert await violations(zoo_tab.page) == []
    await zoo_tab.page.reload()  # neither a queue nor a draft is lost
    await expect(zoo_tab.part("queued")).to_have_count(2)
    await expect(zoo_tab.part("ask-input")).to_have_value("a fourth one, not sent")
    await complete(zoo_tab, answer)
    await expect(zoo_tab.answer(1).response).to_have_text("second")
    await expect(zoo_tab.answer(2).response).to_have_text("third")
    await expect(zoo_tab.part("queued")).to_have_count(0)


async def test_a_queued_question_is_taken_back_or_edited_by_keyboard(zoo_tab: Tab) -> None:
    answer = await running(zoo_tab)
    await type_next(zoo_tab, "echoes second")
    await type_next(zoo_tab, "echoes third")
    await expect(zoo_tab.part("queued")).to_have_count(2)
    await zoo_tab.part("take-back").first.focus()
    await zoo_tab.page.keyboard.press("Enter")
    await expect(zoo_tab.part("queued")).to_have_count(1)
    await expect(zoo_tab.part("queued")).to_have_text(re.compile("echoes third"))
    await zoo_tab.part("edit-queued").focus()
    await zoo_tab.page.keyboard.press("Enter")
    await expect(zoo_tab.part("ask-input")).to_have_value("echoes third")
    await expect(zoo_tab.part("ask-input")).to_be_focused()
    await complete(zoo_tab, answer)
    await expect(zoo_tab.part("answer")).to_have_count(1)


async def test_after_a_stop_a_queued_question_waits_for_a_word(zoo_tab: Tab) -> None:
    answer = await running(zoo_tab)
    await type_next(zoo_tab, "echoes second")
    await zoo_tab.part("stop").click()
    await answer.is_in("stopped")
    await expect(zoo_tab.part("queue-state")).to_contain_text("Not asked yet")
    await expect(zoo_tab.part("answer")).to_have_count(1)
    await zoo_tab.shot("queued-held")
    await zoo_tab.part("ask-queued").click()
    await expect(zoo_tab.answer(1).response).to_have_text("second")


async def test_each_conversation_has_a_draft_of_its_own(zoo_tab: Tab) -> None:
    await (await zoo_tab.ask("echoes one")).is_in("done")
    await zoo_tab.part("ask-input").fill("a follow-up")
    await zoo_tab.part("new-chat").click()
    await expect(zoo_tab.part("ask-input")).to_have_value("")
    await zoo_tab.part("ask-input").fill("something else")
    await zoo_tab.page.go_back()
    await expect(zoo_tab.part("ask-input")).to_have_value("a follow-up")
    await zoo_tab.page.go_forward()
    await expect(zoo_tab.part("ask-input")).to_have_value("something else")
    await zoo_tab.page.reload()
    await expect(zoo_tab.part("ask-input")).to_have_value("something else")


async def test_a_question_without_a_connection_is_asked_once_there_is_one(zoo_tab: Tab) -> None:
    await zoo_tab.page.evaluate("dispatchEvent(new Event('offline'))")
    answer = await zoo_tab.ask("echoes later")
    await expect(answer.response).to_have_text("later")


async def test_an_agent_is_chosen_and_remembered(zoo_tab: Tab) -> None:
    await zoo_tab.part("agent-picker").select_option("parquet")
    answer = await zoo_tab.ask("select 1 as one")
    await expect(answer.part("by-agent")).to_contain_text("parquet")
    await answer.is_in("done")
    assert (await zoo_tab.record(answer))["agent"] == "parquet"
    await zoo_tab.shot("agent-chosen")
    assert await violations(zoo_tab.page) == []
    await zoo_tab.page.reload()
    await expect(zoo_tab.answer().part("by-agent")).to_contain_text("parquet")
    await expect(zoo_tab.part("agent-picker")).to_have_value("parquet")
    following = await zoo_tab.ask("select 2 as two")
    await following.is_in("done")
    assert (await zoo_tab.record(following))["agent"] == "parquet"
    await zoo_tab.part("new-chat").click()
    await expect(zoo_tab.part("agent-picker")).to_have_value("zoo")
