"""A reload, a second tab, a lost network, a killed gateway: the answer goes on and nothing comes twice."""

import os
import signal

import pytest
from playwright.async_api import expect

from tests.browser.harness.model import Model, Turnstile
from tests.browser.harness.servers import pid_of
from tests.browser.harness.tab import Answer, Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server

TOKENS = tuple(f"token{number} " for number in range(1, 31))
QUESTION = "How many flights per airline?"


@pytest.fixture
def turnstile(model: Model) -> Turnstile:
    """Lets the thirty tokens of the model's answer through."""
    turnstile = Turnstile()
    model.answers(*TOKENS, hold=turnstile)
    return turnstile


async def said(answer: Answer, tokens: int) -> None:
    """Wait until exactly so many tokens are shown."""
    await expect(answer.response).to_have_text("".join(TOKENS[:tokens]).strip())


async def whole(answer: Answer) -> None:
    await answer.is_in("done")
    await said(answer, len(TOKENS))
    await expect(answer.part("row-count")).to_have_text("16 rows")
    await expect(answer.part("sql")).to_have_count(1)


async def test_a_reload_in_mid_answer_doubles_nothing(model_tab: Tab, turnstile: Turnstile) -> None:
    answer = await model_tab.ask(QUESTION)
    turnstile.let(10)
    await said(answer, 10)
    session = await answer.root.get_attribute("data-session")
    await model_tab.page.reload()
    await said(answer, 10)
    await expect(answer.response).to_have_attribute("data-live", "true")
    assert await answer.root.get_attribute("data-session") == session
    turnstile.let(20)
    await whole(answer)
    await expect(model_tab.part("answer")).to_have_count(1)
    await model_tab.page.reload()
    await whole(answer)


async def test_two_tabs_show_one_answer_and_either_stops_it(model_tab: Tab, turnstile: Turnstile) -> None:
    first = await model_tab.ask(QUESTION)
    turnstile.let(10)
    await said(first, 10)
    second_tab = await model_tab.another()
    second = second_tab.answer()
    await said(second, 10)
    turnstile.let(10)
    await said(first, 20)
    await said(second, 20)
    await second_tab.part("stop").click()
    for answer in (first, second):
        await answer.is_in("stopped")
        await said(answer, 20)
    await expect(first.part("stopped-ms")).to_have_text(await second.part("stopped-ms").inner_text())


async def test_a_lost_network_is_said_and_made_good(model_tab: Tab, turnstile: Turnstile, visits: Visits) -> None:
    visits.expect_complaint("ERR_INTERNET_DISCONNECTED")
    answer = await model_tab.ask(QUESTION)
    turnstile.let(10)
    await said(answer, 10)
    await model_tab.page.context.set_offline(True)
    await expect(model_tab.part("banner")).to_contain_text("Connection lost")
    turnstile.let(10)
    await model_tab.shot("disconnected")
    await model_tab.page.context.set_offline(False)
    await said(answer, 20)
    await expect(model_tab.part("banner")).to_have_count(0)
    turnstile.let(10)
    await whole(answer)


async def test_a_killed_gateway_comes_back_and_the_answer_with_it(
    model_tab: Tab, turnstile: Turnstile, model_server: Server, visits: Visits
) -> None:
    visits.expect_complaint("ERR_CONNECTION_|ERR_EMPTY_RESPONSE|ERR_SOCKET")
    answer = await model_tab.ask(QUESTION)
    turnstile.let(10)
    await said(answer, 10)
    os.kill(pid_of(model_server, "gateway"), signal.SIGKILL)
    await expect(model_tab.part("banner")).to_contain_text("Connection lost")
    turnstile.let(10)
    await said(answer, 20)
    await expect(model_tab.part("banner")).to_have_count(0)
    turnstile.let(10)
    await whole(answer)
