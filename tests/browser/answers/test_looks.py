"""What a model looks at before it answers, while it looks and afterwards."""

import asyncio

from playwright.async_api import expect

from tests.browser.harness.model import Model
from tests.browser.harness.tab import Tab
from tests.fakes.replies import Say, Use, in_turn, use
from tests.fakes.scripts import COUNT_PER_CARRIER

LONG = (
    "SELECT carrier, name FROM airlines WHERE name ILIKE '%a long name that nobody reads whole%' ORDER BY name, carrier"
)


async def test_each_look_stands_under_the_steps_with_what_it_found(model_tab: Tab, model: Model) -> None:
    hold = asyncio.Event()
    model.says(
        in_turn(
            Say(calls=(Use("find", {"words": "united"}), Use("describe", {"table": "flights"}))),
            Say(calls=(Use("peek", {"sql": LONG}), Use("peek", {"sql": "SELECT * FROM <b>no</b>"}))),
            Say(calls=(Use("answer", {"sql": COUNT_PER_CARRIER, "reading": "All flights."}),), hold=hold),
            Say(("United ", "has ", "most.")),
        )
    )
    answer = await model_tab.ask("Which airline has most flights?")
    looks = answer.root.get_by_test_id("look")
    await expect(looks).to_have_count(4)
    await expect(looks.nth(0)).to_contain_text("find united")
    await expect(looks.nth(1)).to_contain_text("columns")
    await expect(looks.nth(2)).to_contain_text("0 rows")
    await expect(looks.nth(3)).to_have_attribute("data-state", "failed")
    await expect(looks.nth(3)).to_contain_text("SELECT * FROM <b>no</b>")
    await model_tab.shot("looks-live")
    hold.set()
    await answer.is_in("done")
    await expect(answer.response).to_contain_text("Read as: All flights.")
    await expect(looks).to_have_count(4)
    await model_tab.shot("looks-ended")


async def test_a_look_that_is_stopped_was_interrupted(model_tab: Tab, model: Model) -> None:
    model.says(in_turn(use("peek", sql="SELECT count(*) FROM range(1000000) a, range(1000000) b, flights")))
    answer = await model_tab.ask("How many are too many?")
    look = answer.root.get_by_test_id("look")
    await expect(look).to_have_attribute("data-state", "started")
    await model_tab.part("stop").click()
    await answer.is_in("stopped")
    await expect(look).to_have_attribute("data-state", "interrupted")
