"""Stop: at once in the page, at the model and in the process, and said only when it is proved."""

import asyncio
import math
import time

from playwright.async_api import expect

from tests.browser.harness.history import moments, watch
from tests.browser.harness.model import Model
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.harness.jobs.graces import GENEROUS_S
from tests.harness.servers import is_gone

ENDLESS = "select count(*) from range(100000000000) t(a), range(1000) u(b) where (a * b) % 7 = 3"
CLOCK_MS = 2
"""Browser and supervisor read one clock, and round it differently."""


async def test_a_stop_in_mid_answer_closes_the_models_stream(model_tab: Tab, model: Model) -> None:
    model.answers("The partial answer ", "stays", " and this never comes.", hold=asyncio.Event(), hold_at=2)
    answer = await model_tab.ask("How many flights per airline?")
    await expect(answer.response).to_have_text("The partial answer stays")
    recorded = await model.answering()
    await watch(model_tab.page)
    pressed_at = time.monotonic()
    await model_tab.part("stop").click()
    await answer.is_in("stopped")
    await asyncio.wait_for(recorded.left.wait(), GENEROUS_S)
    assert recorded.left_at is not None
    left_after_s = recorded.left_at - pressed_at
    print(f"the model's server saw the end {left_after_s * 1000:.0f} ms after the click")  # pytest -rP shows it
    assert not recorded.finished.is_set()
    await expect(answer.response).to_have_text("The partial answer stays")
    await expect(answer.part("row-count")).to_have_text("16 rows")
    await expect(answer.part("stopped-rung")).to_have_text("cancel")
    await expect(answer.part("stopped-by")).to_have_text("you")
    await expect(answer.part("retry")).to_be_visible()
    await expect(answer.part("download-csv")).to_be_visible()
    assert [moment.state for moment in await moments(model_tab.page)][:2] == ["Running", "Stopping…"]
    await model_tab.shot("stopped")
    await answer.part("edit-below").click()
    await expect(answer.part("edit-input")).to_have_value("How many flights per airline?")


async def test_stopped_is_never_said_before_the_stuck_worker_is_dead(offline_tab: Tab) -> None:
    answer = await offline_tab.ask_stuck()
    await watch(offline_tab.page)
    await offline_tab.part("stop").click()
    await answer.is_in("stopped")
    said = await moments(offline_tab.page)
    record = await offline_tab.record(answer)
    assert is_gone(record["pid"])
    assert record["state"] == "cancelled"
    assert [rung["rung"] for rung in record["rungs"]] == ["cancel", "terminate"]
    before = [moment for moment in said if moment.at_ms < record["ended_at"] * 1000 - CLOCK_MS]
    assert {moment.state for moment in before if moment.rung} == {"Stopping…"}
    await expect(answer.part("rung-cancel")).to_be_visible()
    assert not [moment for moment in before if moment.says_stopped or moment.state == "Stopped"], said
    assert said[-1].says_stopped
    await expect(answer.part("stopped-rung")).to_have_text("terminate")
    await expect(answer.part("rung-terminate")).to_have_attribute("data-state", "decisive")
    terminated_ms = record["rungs"][1]["ms"]
    await expect(answer.part("rung-terminate")).to_contain_text(f"SIGTERM after {math.floor(terminated_ms + 0.5)} ms")


async def test_who_has_stopped_it_is_known_without_a_connection(offline_tab: Tab, visits: Visits) -> None:
    visits.expect_complaint("ERR_INTERNET_DISCONNECTED")
    answer = await offline_tab.ask_stuck()
    await offline_tab.part("stop").click()
    await answer.is_in("stopped")
    await offline_tab.page.context.set_offline(True)
    await expect(offline_tab.part("banner")).to_be_visible()
    await expect(answer.part("stopped-by")).to_have_text("you")
    await offline_tab.page.context.set_offline(False)
    await offline_tab.ready()


async def test_the_rungs_are_shown_as_they_are_climbed(zoo_tab: Tab) -> None:
    answer = await zoo_tab.ask("ignores_signals")
    await expect(answer.part("status")).not_to_be_empty()
    await watch(zoo_tab.page)
    await zoo_tab.part("stop").click()
    await expect(answer.part("rung-terminate")).to_have_attribute("data-state", "climbing")
    await expect(answer.part("stopping")).to_have_text("Stopping…")
    await zoo_tab.shot("stopping")
    await zoo_tab.part("stop-now").click()
    await answer.is_in("stopped")
    said = await moments(zoo_tab.page)
    ended_at_ms = (await zoo_tab.record(answer))["ended_at"] * 1000
    rungs = [moment.rung for moment in said if moment.rung]
    assert rungs[:2] == ["cancel", "terminate"]
    assert not [m for m in said if m.at_ms < ended_at_ms - CLOCK_MS and (m.says_stopped or m.state == "Stopped")], said
    await expect(answer.part("stopped-rung")).to_have_text("kill")


async def test_kill_now_skips_the_gentle_rungs(model_tab: Tab) -> None:
    answer = await model_tab.ask_stuck()
    await model_tab.part("stop").click()
    await model_tab.part("stop-now").click()
    await answer.is_in("stopped")
    await expect(answer.part("stopped-rung")).to_have_text("kill")
    assert [rung["rung"] for rung in (await model_tab.record(answer))["rungs"]] == ["cancel", "kill"]


async def test_escape_stops_an_endless_join(model_tab: Tab) -> None:
    answer = await model_tab.ask(ENDLESS)
    await expect(answer.part("node-executor")).to_have_attribute("data-state", "started")
    await model_tab.page.keyboard.press("Escape")
    await answer.is_in("stopped")
    await expect(answer.part("stopped-rung")).to_have_text("cancel")
