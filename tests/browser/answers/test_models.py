"""Several models of one server: one is chosen, remembered for the conversation, and shown on each answer."""

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from bus.contract.vocabulary import Rung
from tests.browser.harness.axe import violations
from tests.browser.harness.model import Model
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server, serving
from tests.fakes.messages_server import MessagesServer
from tests.harness.jobs.graces import ending_on

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUESTION = "How many flights per carrier?"
PRICED = "dear · $4.00 in, $20.00 out per million tokens"


@pytest.fixture(scope="module")
def models_server(messages_server: MessagesServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    models = f'[llm]\nbase_url = "{messages_server.url}"\nmodel = "own"\nmodels = ["dear"]\n'
    prices = "[llm.prices]\ndear = { input = 4.0, output = 20.0 }\n"
    with serving(tmp_path_factory.mktemp("models"), config=models + prices + ending_on(Rung.CANCEL)) as server:
        yield server


def asked_of(messages_server: MessagesServer) -> set[str]:
    return {recorded.body["model"] for recorded in messages_server.requests}


async def test_a_model_is_chosen_with_its_price_and_remembered(
    visits: Visits, models_server: Server, messages_server: MessagesServer, model: Model
) -> None:
    model.answers("Many.")
    tab = await visits.sign_in(models_server)
    picker = tab.part("model-picker")
    await expect(picker.locator("option")).to_have_text(["own", PRICED])
    await picker.select_option("dear")
    answer = await tab.ask(QUESTION)
    await expect(answer.part("by-model")).to_have_text("dear")
    await answer.is_in("done")
    assert asked_of(messages_server) == {"dear"}
    await tab.shot("model-chosen")
    assert await violations(tab.page) == []

    await tab.page.reload()
    await expect(tab.answer().part("by-model")).to_have_text("dear")
    await expect(picker).to_have_value("dear")
    messages_server.requests.clear()
    await (await tab.ask("And again?")).is_in("done")
    assert asked_of(messages_server) == {"dear"}

    await picker.select_option("own")
    messages_server.requests.clear()
    other = await tab.ask("And the other one?")
    await other.is_in("done")
    assert asked_of(messages_server) == {"own"}
    await expect(tab.page.get_by_test_id("by-model")).to_have_text(["dear", "dear", "own"])

    statement = await tab.ask("select 1 as one")
    await statement.is_in("done")
    await expect(statement.part("by-model")).to_have_count(0)

    await tab.part("new-chat").click()
    await expect(picker).to_have_value("own")


async def test_where_there_is_one_model_none_is_chosen(model_tab: Tab, model: Model) -> None:
    model.answers("Many.")
    answer = await model_tab.ask(QUESTION)
    await answer.is_in("done")
    await expect(model_tab.part("model-picker")).to_have_count(0)
    await expect(answer.part("by-model")).to_have_count(0)
