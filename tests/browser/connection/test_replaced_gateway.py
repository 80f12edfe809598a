"""Another gateway takes over while the page shows an answer that is being written."""

import signal

from playwright.async_api import expect

from tests.browser.harness.model import Model, Turnstile
from tests.browser.harness.tab import Tab
from tests.e2e.cli_runner import Server
from tests.harness.servers import eventually

TOKENS = tuple(f"token{number} " for number in range(1, 31))


async def test_the_answer_goes_on_at_the_next_gateway(model: Model, model_server: Server, model_tab: Tab) -> None:
    turnstile = Turnstile()
    model.answers(*TOKENS, hold=turnstile)
    answer = await model_tab.ask("How many flights per airline?")
    turnstile.let(10)
    await expect(answer.response).to_have_text("".join(TOKENS[:10]).strip())
    said = model_server.program.stderr()
    model_server.program.signal(signal.SIGHUP)
    await eventually(lambda: " takes over from pid " in model_server.program.stderr()[len(said) :], "it is replaced")
    turnstile.let(20)
    await answer.is_in("done")
    await expect(answer.response).to_have_text("".join(TOKENS).strip())
    await expect(answer.part("row-count")).to_have_text("16 rows")
    await expect(model_tab.part("answer")).to_have_count(1)
