"""Signing in where the browser says nothing of where a request comes from: over plain HTTP, by a name that is not this
machine's loopback. Everything is as on loopback."""

import functools
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.harness.visits import ELSEWHERE, NAME, Visits
from tests.e2e.cli_runner import Server, serving

TOKENS = {"ann": "ann has this one", "bob": "bob has another"}
CONFIG = f"""
[gateway]
allowed_hosts = ["{NAME}"]
""" + "".join(
    f'[[auth.tokens]]\nsha256 = "{hashlib.sha256(token.encode()).hexdigest()}"\nuser = "{user}"\nrole = "user"\n'
    for user, token in TOKENS.items()
)
UNAUTHORIZED = "status of 401"
UNTRUSTED = "Cross-Origin-Opener-Policy header has been ignored"
HOSTS = [NAME, "127.0.0.1"]


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Listens on every interface."""
    with serving(tmp_path_factory.mktemp("open"), "--host", "0.0.0.0", config=CONFIG) as server:
        yield server


@pytest.fixture(params=HOSTS)
def address(open_server: Server, request: pytest.FixtureRequest, visits: Visits) -> str:
    visits.expect_complaint(UNAUTHORIZED)
    visits.expect_complaint(UNTRUSTED)
    return f"http://{request.param}:{urlsplit(open_server.url).port}/"


@contextmanager
def foreign_page(html: str) -> Iterator[str]:
    """The address of a page of another site."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>elsewhere</title><link rel=icon href=data:,>{html}".encode())

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    serves = threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.05))
    serves.start()
    try:
        yield f"http://{ELSEWHERE}:{server.server_port}/"
    finally:
        server.shutdown()
        serves.join()
        server.server_close()


async def sign_in_by_form(page: Page, user: str) -> None:
    await page.get_by_test_id("token-input").fill(TOKENS[user])
    await page.get_by_test_id("sign-in").click()
    await expect(page.get_by_test_id("user")).to_contain_text(user)


async def cookies(page: Page) -> list[str]:
    return [str(cookie.get("value")) for cookie in await page.context.cookies()]


async def test_the_form_signs_in_and_sign_out_ends_it(visits: Visits, address: str) -> None:
    page = await visits.open(address)
    await sign_in_by_form(page, "ann")
    assert page.url == address
    await page.get_by_test_id("conversations-toggle").click()
    await page.get_by_test_id("sign-out").click()
    await expect(page.get_by_test_id("token-input")).to_be_visible()
    assert await cookies(page) == []


async def test_a_foreign_link_with_a_token_changes_nothing_without_a_click(visits: Visits, address: str) -> None:
    page = await visits.open(address)
    await sign_in_by_form(page, "ann")
    anns = await cookies(page)
    with foreign_page(f'<a id="bait" href="{address}?token={TOKENS["bob"]}">rates</a>') as elsewhere:
        await page.goto(elsewhere)
        await page.locator("#bait").click()
        await expect(page.get_by_test_id("confirm-sign-in")).to_be_visible()
        assert (page.url, await cookies(page)) == (address, anns)
        await page.get_by_test_id("stay").click()
        await expect(page.get_by_test_id("user")).to_contain_text("ann")
        await page.goto(elsewhere)
        await page.locator("#bait").click()
        await page.get_by_test_id("confirm-sign-in").click()
        await expect(page.get_by_test_id("user")).to_contain_text("bob")
        assert await cookies(page) != anns


async def test_a_foreign_form_with_a_token_signs_nobody_in(visits: Visits, address: str) -> None:
    page = await visits.open(address)
    await sign_in_by_form(page, "ann")
    anns = await cookies(page)
    field = f'<input name=token value="{TOKENS["bob"]}"><button>go</button>'
    with foreign_page(f'<form method=post action="{address}signin">{field}</form>') as elsewhere:
        await page.goto(elsewhere)
        await page.locator("button").click()
        await expect(page.get_by_test_id("token-input")).to_be_visible()
        assert await cookies(page) == anns


async def test_an_address_that_was_typed_signs_in_with_one_click_at_most(visits: Visits, address: str) -> None:
    """On loopback the browser says that it was typed."""
    page = await visits.open(f"{address}?token={TOKENS['ann']}")
    if NAME in address:
        await page.get_by_test_id("confirm-sign-in").click()
    await expect(page.get_by_test_id("user")).to_contain_text("ann")
    assert page.url == address


async def test_a_foreign_name_for_the_server_is_told_so(visits: Visits, open_server: Server) -> None:
    visits.expect_complaint("status of 421")
    visits.expect_complaint(UNTRUSTED)
    page = await visits.open(f"http://{ELSEWHERE}:{urlsplit(open_server.url).port}/")
    await expect(page.locator("body")).to_contain_text("allowed_hosts")
