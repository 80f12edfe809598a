"""Visitors with a browser profile of their own, and what their browsers complained about."""

import re

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, WebError, expect

from tests.browser.harness.tab import Tab
from tests.e2e.cli_runner import Server

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
# A violation is not always a console message of its own.
REPORT_VIOLATIONS = """addEventListener("securitypolicyviolation", (event) => console.error(
  `Content-Security-Policy violated: ${event.effectiveDirective} by ${event.blockedURI} at ${event.sourceFile}`))"""


class Visits:
    """Opens profiles, and at the end asserts that none of them saw an error that its test had not announced."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._profiles: list[BrowserContext] = []
        self.complaints: list[str] = []
        self._expected: list[str] = []

    def expect_complaint(self, pattern: str) -> None:
        """A console error that belongs to what is tested, as a regular expression."""
        self._expected.append(pattern)

    async def open(self, url: str) -> Page:
        """A page of a fresh profile."""
        profile = await self._browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
        profile.set_default_timeout(PATIENCE_MS)
        profile.on("console", self._heard)
        profile.on("weberror", self._failed)
        await profile.add_init_script(REPORT_VIOLATIONS)
        self._profiles.append(profile)
        page = await profile.new_page()
        await page.goto(url)
        return page

    async def sign_in(self, server: Server) -> Tab:
        """The chat, opened by the address that the server printed."""
        tab = Tab(await self.open(server.url))
        await tab.ready()
        return tab

    async def end(self) -> None:
        for profile in self._profiles:
            await profile.close()
        unexpected = [text for text in self.complaints if not any(re.search(one, text) for one in self._expected)]
        assert not unexpected, unexpected

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def _failed(self, error: WebError) -> None:
        self.complaints.append(f"uncaught: {error.error}")
