"""Coming in: by the printed address, by the form, and not at all."""

from urllib.parse import urlsplit

from playwright.async_api import expect

from tests.browser.harness.tab import Tab
from tests.browser.harness.visits import Visits
from tests.e2e.cli_runner import Server

UNAUTHORIZED = "status of 401"


def origin_of(server: Server) -> str:
    parts = urlsplit(server.url)
    return f"{parts.scheme}://{parts.netloc}/"


async def test_the_printed_address_signs_in_and_the_token_is_gone_from_it(
    visits: Visits, offline_server: Server
) -> None:
    tab = await visits.sign_in(offline_server)
    token = offline_server.url.partition("?token=")[2]
    assert tab.page.url == origin_of(offline_server)
    assert await tab.page.evaluate("document.cookie") == ""
    (cookie,) = await tab.page.context.cookies()
    assert cookie["name"] == f"deadstop_{urlsplit(offline_server.url).port}"
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert token not in cookie["value"]
    await expect(tab.part("model")).to_have_text("offline planner")
    await tab.page.reload()
    await tab.ready()


async def test_a_wrong_token_leads_to_the_form_and_the_form_leads_in(visits: Visits, offline_server: Server) -> None:
    visits.expect_complaint(UNAUTHORIZED)
    page = await visits.open(f"{origin_of(offline_server)}?token=wrong")
    await expect(page.get_by_test_id("token-input")).to_be_focused()
    await expect(page.get_by_test_id("wrong-token")).to_be_hidden()
    await page.get_by_test_id("token-input").fill("wrong again")
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("wrong-token")).to_be_visible()
    await Tab(page).shot("sign-in")
    await page.get_by_test_id("token-input").fill(offline_server.url.partition("?token=")[2])
    await page.get_by_test_id("token-input").press("Enter")
    await expect(page.get_by_test_id("user")).to_contain_text("local")
    assert page.url == origin_of(offline_server)


async def test_who_has_signed_out_sees_the_form(visits: Visits, offline_server: Server) -> None:
    visits.expect_complaint(UNAUTHORIZED)
    tab = await visits.sign_in(offline_server)
    await tab.part("conversations-toggle").click()
    await tab.part("sign-out").click()
    await expect(tab.part("token-input")).to_be_visible()
    assert await tab.page.context.cookies() == []
