"""An answer while it comes: the spinner, the tokens, the markdown, the asking back."""

import asyncio
import re

from playwright.async_api import expect

from tests.browser.harness.model import Model, Turnstile, asks_back, says_directly
from tests.browser.harness.tab import Tab

HOSTILE = """**Bold** <script>window.pwned = 1</script> and

<img src=x onerror="window.pwned = 2"> <svg onload="window.pwned = 3"></svg>

<iframe src="javascript:window.pwned = 4"></iframe>

[a link](javascript:window.pwned=5) [another](data:text/html,<script>window.pwned=6</script>) [good](https://example.org/)

![a picture](https://example.org/spy.png)

<form action="https://example.org/"><input name="password"><button>Send</button></form>

<style>body { display: none }</style>
"""


async def test_the_agent_thinks_until_the_first_chunk(model_tab: Tab, model: Model) -> None:
    hold = asyncio.Event()
    model.plans(says_directly("Hello."), hold=hold)
    answer = await model_tab.ask("Say hello")
    await expect(answer.part("thinking")).to_have_text("Agent is thinking…")
    await expect(answer.root.locator(".spinner")).to_be_visible()
    await expect(answer.part("status")).to_contain_text("planning with")
    await expect(model_tab.part("stop")).to_be_visible()
    await model_tab.shot("thinking")
    hold.set()
    await expect(answer.response).to_have_text("Hello.")
    await answer.is_in("done")
    await expect(answer.part("thinking")).to_have_count(0)
    await expect(answer.root.locator(".spinner")).to_have_count(0)
    await expect(model_tab.part("stop")).to_have_count(0)


async def test_tokens_appear_one_by_one(model_tab: Tab, model: Model) -> None:
    turnstile = Turnstile()
    model.answers("One ", "two ", "**three** ", "four.", hold=turnstile)
    answer = await model_tab.ask("How many flights per airline?")
    await expect(answer.part("row-count")).to_contain_text("16 rows")
    for text in ("One", "One two", "One two three"):
        turnstile.let(1)
        await expect(answer.response).to_have_text(text)
        await expect(answer.response).to_have_attribute("data-live", "true")
    await expect(answer.response.locator("strong")).to_have_text("three")
    await model_tab.shot("streaming")
    turnstile.let(1)
    await answer.is_in("done")
    await expect(answer.response).to_have_text("One two three four.")
    await expect(answer.response).to_have_attribute("data-live", "false")
    await expect(answer.part("usage")).to_contain_text("2 model calls")


async def test_hostile_markdown_is_shown_and_not_obeyed(model_tab: Tab, model: Model) -> None:
    model.answers(*re.findall(r"(?s).{1,7}", HOSTILE))
    answer = await model_tab.ask("How many flights per airline?")
    await answer.is_in("done")
    await expect(answer.response.locator("strong")).to_have_text("Bold")
    await expect(answer.response).to_contain_text("<script>window.pwned = 1</script>")
    await expect(answer.response.locator("script, img, svg, iframe, form, button, style, object, embed")).to_have_count(
        0
    )
    await expect(answer.response.locator("a, [href]")).to_have_count(0)
    handlers = "(root) => [...root.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
    assert not [name for name in await answer.response.evaluate(handlers) if name.startswith("on") or name == "style"]
    assert await model_tab.page.evaluate("window.pwned") is None
    await model_tab.shot("hostile")


async def test_values_and_statements_are_shown_as_they_are(offline_tab: Tab) -> None:
    markup = "<img src=x onerror=alert(1)>"
    answer = await offline_tab.ask(f"select '{markup}' as \"<b>name</b>\"")
    await answer.is_in("done")
    assert await answer.cells() == [[markup]]
    await expect(answer.part("sort")).to_have_text("<b>name</b>")
    await expect(answer.part("sql")).to_contain_text(markup)
    await expect(answer.root.locator("img, b")).to_have_count(0)


async def test_the_agent_asks_back_and_takes_the_suggestion(model_tab: Tab, model: Model) -> None:
    model.plans(asks_back("Which delay?", "departure delay", "arrival delay"))
    answer = await model_tab.ask("average delay")
    await answer.is_in("done")
    await expect(answer.part("clarification")).to_contain_text("Which delay?")
    await model_tab.shot("clarification")
    model.answers("The departure delay.")
    await answer.part("suggestion").first.click()
    following = model_tab.answer(1)
    await expect(following.part("question")).to_have_text("departure delay")
    await expect(following.response).to_have_text("The departure delay.")
    asked = (await model.answering()).last_message
    assert "average delay\ndeparture delay" in asked


async def test_typed_sql_answers_no_question(model_tab: Tab, model: Model) -> None:
    model.plans(asks_back("Which delay?"))
    await (await model_tab.ask("average delay")).is_in("done")
    answer = await model_tab.ask("select 6 * 7 as answer")
    await answer.is_in("done")
    assert await answer.cells() == [["42"]]
