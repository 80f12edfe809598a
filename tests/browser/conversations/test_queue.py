"""One job at a time: who waits sees their place, and a stop reaches who waits and who has left."""

from playwright.async_api import expect

from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server


async def test_the_place_in_the_queue_is_shown_and_moves(visits: Visits, zoo_server: Server) -> None:
    first, second, third = [await visits.sign_in(zoo_server) for _ in range(3)]
    running = await first.ask("sleeps")
    await expect(running.part("status")).to_have_text("sleeping")
    next_one = await second.ask("sleeps")
    await expect(next_one.part("queue")).to_have_text("next in the queue")
    last = await third.ask("sleeps")
    await expect(last.part("queue")).to_have_text("number 2 in the queue")
    await third.shot("queued")
    await first.part("stop").click()
    await running.is_in("stopped")
    await expect(next_one.part("status")).to_have_text("sleeping")
    await expect(last.part("queue")).to_have_text("next in the queue")
    await third.part("stop").click()
    await last.is_in("stopped")
    await second.part("stop").click()
    await next_one.is_in("stopped")


async def test_who_leaves_lets_the_job_go(zoo_tab: Tab, visits: Visits, zoo_server: Server) -> None:
    answer = await zoo_tab.ask("sleeps")
    await expect(answer.part("status")).to_have_text("sleeping")
    session = await answer.root.get_attribute("data-session")
    other = await visits.sign_in(zoo_server)
    await zoo_tab.page.close()
    stream = await other.stream(str(session))
    assert '"reason":"disconnect"' in stream.rstrip().splitlines()[-1]
