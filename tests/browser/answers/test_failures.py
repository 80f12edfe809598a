"""What went wrong, what to do about it, and another try."""

import os
import signal

import pytest
from playwright.async_api import expect

from tests.browser.harness.model import Model
from tests.browser.harness.servers import pid_of
from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server

WRONG = "select no_such_column from flights"


async def test_the_place_of_an_error_is_marked(offline_tab: Tab) -> None:
    failed = await offline_tab.ask("select count(*) frm flights")
    statement, mark = (await failed.part("error-place").inner_text()).split("\n")
    assert statement[mark.index("^") :] == "flights", "the mark stands beneath the place"


async def test_a_failing_statement_is_explained_and_can_be_tried_again(offline_tab: Tab) -> None:
    failed = await offline_tab.ask(WRONG)
    await failed.is_in("failed")
    await expect(failed.part("error")).to_contain_text("no_such_column")
    await expect(failed.part("hint")).not_to_be_empty()
    await expect(failed.part("node-executor")).to_have_attribute("data-state", "failed")
    await offline_tab.shot("error")
    await failed.part("retry").click()
    again = offline_tab.answer(1)
    await expect(again.part("question")).to_have_text(WRONG)
    await again.is_in("failed")
    sessions = [await one.root.get_attribute("data-session") for one in (failed, again)]
    assert len(set(sessions)) == 2
    assert len(await offline_tab.jobs(sessions)) == 2


async def test_a_statement_that_writes_is_refused(offline_tab: Tab) -> None:
    answer = await offline_tab.ask("copy (select 1) to '/tmp/never.parquet'")
    await answer.is_in("failed")
    await expect(answer.part("error")).to_have_attribute("data-code", "refused")


async def test_a_plan_that_is_none_is_an_error_of_its_own(model_tab: Tab, model: Model) -> None:
    model.plans("I would rather talk about the weather.")
    answer = await model_tab.ask("How many flights per airline?")
    await answer.is_in("failed")
    await expect(answer.part("hint")).not_to_be_empty()
    await expect(answer.part("retry")).to_be_visible()


@pytest.mark.parametrize(
    ("vice", "code"), [("segfaults", "worker_died"), ("exits_three", "worker_died"), ("raises", "agent_error")]
)
async def test_a_worker_that_fails_is_an_error_on_the_page(zoo_tab: Tab, vice: str, code: str) -> None:
    answer = await zoo_tab.ask(vice)
    await answer.is_in("failed")
    await expect(answer.part("error")).to_have_attribute("data-code", code)
    await expect(answer.part("error")).not_to_be_empty()
    await expect(zoo_tab.part("send")).to_be_visible()


async def test_a_killed_supervisor_ends_its_jobs_and_serves_the_next(zoo_tab: Tab, zoo_server: Server) -> None:
    answer = await zoo_tab.ask("sleeps")
    await expect(answer.part("status")).to_have_text("sleeping")
    os.kill(pid_of(zoo_server, "supervisor"), signal.SIGKILL)
    await answer.is_in("failed")
    await expect(answer.part("error")).to_have_attribute("data-code", "supervisor_lost")
    following = await zoo_tab.ask("echoes hello")
    await following.is_in("done")
    await expect(following.response).to_have_text("hello")


async def test_a_page_that_comes_too_early_waits_for_the_data(zoo_tab: Tab, visits: Visits, zoo_server: Server) -> None:
    visits.expect_complaint("503")
    await expect(zoo_tab.part("loaded")).to_contain_text("flights")
    supervisor = pid_of(zoo_server, "supervisor")
    os.kill(supervisor, signal.SIGSTOP)
    try:
        await zoo_tab.page.reload()
        await expect(zoo_tab.part("awaited")).to_contain_text("Reading")
        await expect(zoo_tab.part("awaited")).to_contain_text("Waiting for the server")
    finally:
        os.kill(supervisor, signal.SIGCONT)
    await expect(zoo_tab.part("loaded")).to_contain_text("flights")
    await expect(zoo_tab.part("sample").first).to_be_enabled()
